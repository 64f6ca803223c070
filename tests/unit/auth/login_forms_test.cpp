// Sign-ins by names and passwords in any form that RFC 8265 knows for them.

#include "server/auth/digest.hpp"
#include "server/auth/login.hpp"
#include "server/auth/password.hpp"
#include "server/auth/scram.hpp"
#include "storage/store.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/auth/fixed.hpp"

#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::auth {
namespace {

namespace asio = boost::asio;

class LoginFormsTest : public testing::Test
{
protected:
    LoginFormsTest()
    {
        storage::Options options;
        options.directory = folder_.path() / "store";
        options.disk_reserve = 0;
        store = storage::open(options);
        EXPECT_TRUE(run(accounts().add_domain("example.test")));
        Config config;
        config.auth.hash_passes = cheap.passes;
        config.auth.hash_kib = cheap.kib;
        config.limits.exempt = {{"192.0.2.0", 24}};
        login = std::make_unique<Login>(accounts(), config, key);
    }
    ~LoginFormsTest() override
    {
        login.reset(); // its threads post to the loop, and it uses the store
        store.reset();
    }

    storage::Accounts& accounts() { return store->accounts(); }

    /// The password is hashed as it stands.
    void add_account(const std::string& address, const std::string& password)
    {
        std::vector<storage::NewAccount> added(1);
        added.front().address = address;
        added.front().password_hash = hash_password(password, cheap);
        added.front().scram = scram::make_verifier(key, address, {}, password);
        EXPECT_TRUE(run(accounts().add(std::move(added)))) << address;
    }

    template <class Value>
    Value run(asio::awaitable<Value> task)
    {
        return test::run_task(loop, std::move(task));
    }

    Login::Outcome try_password(const std::string& user, const std::string& password)
    {
        return run(login->password(user, password, peer));
    }

    Login::Outcome try_apop(const std::string& user, const std::string& secret)
    {
        const std::string timestamp = "<1.2.3@mail.example.test>";
        return run(login->apop(user, timestamp, apop_digest(timestamp, secret), peer));
    }

    asio::io_context loop{1}; // outlives the store and the login
    test::TemporaryFolder folder_;
    std::unique_ptr<storage::Store> store;
    std::unique_ptr<Login> login;
};

TEST_F(LoginFormsTest, TakesANameAndAPasswordInAnyForm)
{
    add_account("jürgen@example.test", "Grüß Gott");
    for (const char* name : {"jürgen", "JÜRGEN@example.test", "ju\xCC\x88rgen", "Ｊürgen"}) {
        for (const char* password : {"Grüß Gott", "Gru\xCC\x88ß\xC2\xA0Gott"})
            EXPECT_TRUE(try_password(name, password)) << name << ' ' << password;
        EXPECT_FALSE(try_password(name, "grüß gott")) << name;
    }
    EXPECT_EQ(try_password("jürgen+Übung", "Grüß Gott")->suffix, "Übung");
    EXPECT_FALSE(try_password("jürge♚n", "Grüß Gott"));
}

TEST_F(LoginFormsTest, MakesTheHashOfAnUnpreparedPasswordAnew)
{
    const std::string decomposed = "gru\xCC\x88n";
    add_account("carol@example.test", decomposed);
    const auto before = run(accounts().find("carol@example.test"));
    EXPECT_FALSE(try_password("carol", "grün")); // nobody can tell what it was made from
    ASSERT_TRUE(try_password("carol", decomposed));
    const auto after = run(accounts().find("carol@example.test"));
    EXPECT_NE(after->password_hash, before->password_hash);
    EXPECT_NE(after->scram, before->scram);
    EXPECT_TRUE(try_password("carol", "grün"));
    EXPECT_TRUE(try_password("carol", decomposed));
    EXPECT_EQ(run(accounts().find("carol@example.test"))->password_hash, after->password_hash);

    add_account("dave@example.test", "with\ta tab"); // would be refused today
    EXPECT_TRUE(try_password("dave", "with\ta tab"));
}

TEST_F(LoginFormsTest, TakesAnAccountWhoseNameWasNotPrepared)
{
    add_account("jÜrgen@example.test", "secret"); // as verbs kept it
    EXPECT_TRUE(try_password("JÜrgen", "secret"));
}

TEST_F(LoginFormsTest, TakesApopByASecretInEitherForm)
{
    const std::string decomposed = "gru\xCC\x88n";
    const std::string address = "alice@example.test";
    add_account(address, "secret");
    storage::AppPassword device;
    device.label = "old";
    device.password_hash = hash_password(decomposed, app_password_cost);
    device.sealed = seal(key, address, device.label, decomposed);
    ASSERT_TRUE(run(accounts().add_app_password(address, std::move(device))));
    EXPECT_TRUE(try_apop("alice", decomposed));
    EXPECT_TRUE(try_apop("ALICE", "grün"));
    EXPECT_FALSE(try_apop("alice", "grun"));
}

} // namespace
} // namespace pillarbox::auth
