// Sign-ins with a password that was right a moment ago.

#include "server/auth/login.hpp"
#include "server/auth/password.hpp"
#include "server/auth/scram.hpp"
#include "storage/store.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/auth/fixed.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace pillarbox::auth {
namespace {

namespace asio = boost::asio;

const std::string alice_address = "alice@example.test";

class LoginRecentTest : public testing::Test
{
protected:
    LoginRecentTest()
    {
        storage::Options options;
        options.directory = folder_.path() / "store";
        options.disk_reserve = 0;
        store = storage::open(options);
        EXPECT_TRUE(run(accounts().add_domain("example.test")));
        std::vector<storage::NewAccount> added(1);
        added.front().address = alice_address;
        added.front().password_hash = hash_password("secret", cheap);
        EXPECT_TRUE(run(accounts().add(std::move(added))));
        storage::AppPassword phone;
        phone.label = "phone";
        phone.password_hash = hash_password("abcde-fghij", app_password_cost);
        EXPECT_TRUE(run(accounts().add_app_password(alice_address, std::move(phone))));
        use(std::chrono::hours(1));
    }
    ~LoginRecentTest() override
    {
        login.reset(); // its threads post to the loop, and it uses the store
        store.reset();
    }

    void use(std::chrono::seconds life)
    {
        Config config;
        config.auth.hash_passes = cheap.passes;
        config.auth.hash_kib = cheap.kib;
        config.auth.cache = life;
        login.reset();
        login = std::make_unique<Login>(accounts(), config, key);
    }

    storage::Accounts& accounts() { return store->accounts(); }

    template <class Value>
    Value run(asio::awaitable<Value> task)
    {
        return test::run_task(loop, std::move(task));
    }

    Login::Outcome try_password(const std::string& password, Freshness freshness = Freshness::now)
    {
        return run(login->password(alice_address, password, asio::ip::make_address("192.0.2.7"), freshness));
    }

    /// What SCRAM needs is made wherever it is missing and a hash is computed:
    /// it tells whether one was.
    void forget_scram()
    {
        const auto account = run(accounts().find(alice_address));
        EXPECT_TRUE(run(accounts().keep_scram(account->id, {}, account->password_hash, {})));
    }
    bool has_scram() { return !run(accounts().find(alice_address))->scram.empty(); }

    asio::io_context loop{1}; // outlives the store and the login
    test::TemporaryFolder folder_;
    std::unique_ptr<storage::Store> store;
    std::unique_ptr<Login> login;
};

TEST_F(LoginRecentTest, ComputesNoHashForWhatWasRight)
{
    EXPECT_TRUE(try_password("secret"));
    EXPECT_TRUE(has_scram());
    forget_scram();
    EXPECT_EQ(try_password("secret")->address, alice_address);
    EXPECT_FALSE(has_scram());
    EXPECT_FALSE(try_password("Secret"));
    for (int i = 0; i < 2; ++i)
        EXPECT_EQ(try_password("abcde-fghij")->device, "phone");
}

TEST_F(LoginRecentTest, ComputesItEachTimeWhereNothingIsKept)
{
    use(std::chrono::seconds(0));
    EXPECT_TRUE(try_password("secret"));
    forget_scram();
    EXPECT_TRUE(try_password("secret"));
    EXPECT_TRUE(has_scram());
}

TEST_F(LoginRecentTest, RefusesWhatWasRightOnceItIsChanged)
{
    EXPECT_TRUE(try_password("secret"));
    EXPECT_TRUE(try_password("abcde-fghij"));
    EXPECT_TRUE(run(accounts().set_password(alice_address, hash_password("new", cheap), {})));
    EXPECT_TRUE(run(accounts().revoke_app_password(alice_address, "phone")));
    EXPECT_EQ(try_password("secret").error(), Failure::credentials);
    EXPECT_EQ(try_password("abcde-fghij").error(), Failure::credentials);
    EXPECT_TRUE(try_password("new"));
    EXPECT_TRUE(run(accounts().set_enabled(alice_address, false)));
    EXPECT_EQ(try_password("new").error(), Failure::credentials);
}

TEST_F(LoginRecentTest, TellsWhoItWasLatelyAndAsOfWhen)
{
    EXPECT_FALSE(try_password("abcde-fghij", Freshness::lately)->as_of) << "for the first time";
    const auto again = try_password("abcde-fghij", Freshness::lately);
    EXPECT_EQ(again->address, alice_address);
    EXPECT_EQ(again->device, "phone");
    EXPECT_EQ(again->as_of, run(accounts().sign_in({alice_address}))->version);
    EXPECT_FALSE(try_password("abcde-fghij")->as_of) << "now is now";
    EXPECT_EQ(try_password("abcde-fghik", Freshness::lately).error(), Failure::credentials);

    EXPECT_TRUE(run(accounts().revoke_app_password(alice_address, "phone")));
    const auto outdated = try_password("abcde-fghij", Freshness::lately);
    EXPECT_NE(outdated->as_of, run(accounts().sign_in({alice_address}))->version)
        << "so the store will not have it";
}

TEST_F(LoginRecentTest, LooksAtNothingFromANetworkThatFailedTooOften)
{
    const auto guesser = asio::ip::make_address("203.0.113.9");
    EXPECT_TRUE(try_password("secret"));
    std::size_t refused = 0;
    std::size_t let_in = 0;
    // All at once: the right one is the last of them.
    const auto attempt = [&](const std::string& password) {
        asio::co_spawn(loop, login->password(alice_address, password, guesser),
                       [&](std::exception_ptr, Login::Outcome outcome) {
                           let_in += outcome.has_value() ? 1 : 0;
                           refused += !outcome && outcome.error() == Failure::throttled ? 1 : 0;
                       });
    };
    for (int i = 0; i < 50; ++i)
        attempt("wrong");
    attempt("secret");
    loop.restart();
    loop.run();
    EXPECT_EQ(let_in, 0u);
    EXPECT_GE(refused, 51u - 12) << "ten are looked at, and what the threads had in hand";
}

} // namespace
} // namespace pillarbox::auth
