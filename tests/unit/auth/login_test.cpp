#include "server/auth/login.hpp"

#include "server/auth/digest.hpp"
#include "server/auth/password.hpp"
#include "server/auth/scram.hpp"
#include "storage/store.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/auth/fixed.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::auth {
namespace {

namespace asio = boost::asio;

Config settings()
{
    Config config;
    config.auth.hash_passes = cheap.passes;
    config.auth.hash_kib = cheap.kib;
    config.limits.exempt = {{"192.0.2.0", 24}};
    return config;
}

/// alice@ and bob@example.test; alice has a phone, and a desk that can APOP.
class LoginTest : public testing::Test
{
protected:
    LoginTest()
    {
        open_store();
        EXPECT_TRUE(run(accounts().add_domain("example.test")));
        add_account("alice@example.test", "secret", cheap);
        add_account("bob@example.test", "terces", cheap);
        add_device("phone", "abcde-fghij", {});
        add_device("desk", "klmno-pqrst", seal(key, "alice@example.test", "desk", "klmno-pqrst"));
        use(settings());
    }
    ~LoginTest() override
    {
        login.reset(); // its threads post to the loop, and it uses the store
        store.reset();
    }

    void open_store()
    {
        storage::Options options;
        options.directory = folder_.path() / "store";
        options.disk_reserve = 0;
        store = storage::open(options);
    }

    void use(const Config& config)
    {
        login.reset();
        login = std::make_unique<Login>(accounts(), config, key);
    }

    storage::Accounts& accounts() { return store->accounts(); }

    void add_account(const std::string& address, const std::string& password, HashCost cost)
    {
        std::vector<storage::NewAccount> added(1);
        added.front().address = address;
        added.front().password_hash = hash_password(password, cost);
        added.front().scram = scram::make_verifier(key, address, {}, password);
        EXPECT_TRUE(run(accounts().add(std::move(added)))) << address;
    }

    void add_device(const std::string& label, const std::string& password, const std::string& sealed)
    {
        storage::AppPassword device;
        device.label = label;
        device.password_hash = hash_password(password, app_password_cost);
        device.sealed = sealed;
        device.scram = scram::make_verifier(key, "alice@example.test", label, password);
        EXPECT_TRUE(run(accounts().add_app_password("alice@example.test", std::move(device)))) << label;
    }

    /// Runs a task to its end on this thread.
    template <class Value>
    Value run(asio::awaitable<Value> task)
    {
        return test::run_task(loop, std::move(task));
    }

    Login::Outcome try_password(const std::string& user, const std::string& password,
                                const asio::ip::address& from = peer)
    {
        return run(login->password(user, password, from));
    }

    Login::Outcome try_apop(const std::string& user, const std::string& secret)
    {
        const std::string timestamp = "<1.2.3@mail.example.test>";
        return run(login->apop(user, timestamp, apop_digest(timestamp, secret), peer));
    }

    /// All at once.
    std::vector<Login::Outcome> try_many(std::size_t times, const std::string& password,
                                         const asio::ip::address& from)
    {
        std::vector<Login::Outcome> outcomes;
        for (std::size_t i = 0; i < times; ++i) {
            asio::co_spawn(loop, login->password("alice@example.test", password, from),
                           [&](std::exception_ptr, Login::Outcome outcome) { outcomes.push_back(outcome); });
        }
        loop.restart();
        loop.run();
        return outcomes;
    }

    static std::size_t count(const std::vector<Login::Outcome>& outcomes, Failure failure)
    {
        const auto fits = [failure](const Login::Outcome& outcome) {
            return !outcome && outcome.error() == failure;
        };
        return static_cast<std::size_t>(std::count_if(outcomes.begin(), outcomes.end(), fits));
    }

    asio::io_context loop{1}; // outlives the store and the login
    test::TemporaryFolder folder_;
    std::unique_ptr<storage::Store> store;
    std::unique_ptr<Login> login;
};

TEST_F(LoginTest, KnowsPeopleAndTheirDevices)
{
    struct Case
    {
        const char* user;
        const char* password;
        const char* address; // null: refused
        const char* device = "";
    };
    for (const Case& c : {
             Case{"alice@example.test", "secret", "alice@example.test"},
             Case{"Alice@Example.TEST", "secret", "alice@example.test"},
             Case{"alice", "secret", "alice@example.test"},
             Case{"alice@example.test", "abcde-fghij", "alice@example.test", "phone"},
             Case{"alice", "klmno-pqrst", "alice@example.test", "desk"},
             Case{"bob@example.test", "terces", "bob@example.test"},
             Case{"alice@example.test", "Secret", nullptr},
             Case{"alice@example.test", "terces", nullptr},
             Case{"bob@example.test", "abcde-fghij", nullptr},
             Case{"alice@example.test", "", nullptr},
             Case{"alice@elsewhere.test", "secret", nullptr},
             Case{"nobody@example.test", "secret", nullptr},
             Case{"nobody@example.test", "nobody has this password", nullptr},
             Case{"", "secret", nullptr},
             Case{"@example.test", "secret", nullptr},
             Case{"alice@example.test\r", "secret", nullptr},
             Case{"alice\x01@example.test", "secret", nullptr},
         }) {
        const auto outcome = try_password(c.user, c.password);
        ASSERT_EQ(outcome.has_value(), c.address != nullptr) << c.user << ' ' << c.password;
        if (!outcome) {
            EXPECT_EQ(outcome.error(), Failure::credentials) << c.user;
            continue;
        }
        EXPECT_EQ(outcome->address, c.address);
        EXPECT_EQ(outcome->device, c.device);
    }
}

TEST_F(LoginTest, LeavesWhatFollowsThePlusToTheProtocol)
{
    add_account("bob+own@example.test", "nwo", cheap);
    struct Case
    {
        const char* user;
        const char* password;
        const char* address; // null: refused
        const char* suffix = "";
    };
    for (const Case& c : {
             Case{"alice+Junk@example.test", "secret", "alice@example.test", "Junk"},
             Case{"Alice+a+B", "abcde-fghij", "alice@example.test", "a+B"},
             Case{"alice+", "secret", "alice@example.test"},
             Case{"alice+Old letters@Example.TEST", "secret", "alice@example.test", "Old letters"},
             Case{"alice+Junk@elsewhere.test", "secret", nullptr},
             Case{"+alice", "secret", nullptr},
             Case{"nobody+Junk", "secret", nullptr},
             Case{"alice+Junk", "terces", nullptr},
             Case{"bob+own", "nwo", "bob+own@example.test"},
             Case{"bob+own", "terces", nullptr},
             Case{"bob+other", "terces", "bob@example.test", "other"},
         }) {
        const auto outcome = try_password(c.user, c.password);
        ASSERT_EQ(outcome.has_value(), c.address != nullptr) << c.user << ' ' << c.password;
        if (!outcome) continue;
        EXPECT_EQ(outcome->address, c.address) << c.user;
        EXPECT_EQ(outcome->suffix, c.suffix) << c.user;
    }
    EXPECT_EQ(try_apop("alice+Junk", "klmno-pqrst")->suffix, "Junk");
    EXPECT_TRUE(run(accounts().set_enabled("bob+own@example.test", false)));
    EXPECT_FALSE(try_password("bob+own", "terces")) << "nor does another come in its place";
}

TEST_F(LoginTest, LooksAtNoNameOrPasswordThatIsTooLong)
{
    add_account(std::string(60, 'a') + "@example.test", std::string(256, 'p'), cheap);
    EXPECT_TRUE(try_password(std::string(60, 'a'), std::string(256, 'p')));
    EXPECT_FALSE(try_password(std::string(60, 'a'), std::string(257, 'p')));
    EXPECT_FALSE(try_password(std::string(255, 'a'), "secret"));
    EXPECT_FALSE(try_password("alice@example.test", std::string(1 << 20, 'p')));
}

TEST_F(LoginTest, TakesAShortNameOnlyWhereOneDomainIs)
{
    EXPECT_TRUE(run(accounts().add_domain("second.test")));
    EXPECT_FALSE(try_password("alice", "secret"));
    EXPECT_TRUE(try_password("alice@example.test", "secret"));
}

TEST_F(LoginTest, RefusesADisabledAccountLikeAWrongPassword)
{
    EXPECT_TRUE(run(accounts().set_enabled("alice@example.test", false)));
    for (const char* password : {"secret", "abcde-fghij"})
        EXPECT_EQ(try_password("alice@example.test", password).error(), Failure::credentials) << password;
    EXPECT_EQ(try_apop("alice@example.test", "klmno-pqrst").error(), Failure::credentials);
}

TEST_F(LoginTest, TakesApopFromTheDeviceThatWasMadeForIt)
{
    const auto outcome = try_apop("alice@example.test", "klmno-pqrst");
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->device, "desk");
    for (const char* secret : {"secret", "abcde-fghij", "klmno-pqrs", ""})
        EXPECT_EQ(try_apop("alice@example.test", secret).error(), Failure::credentials) << secret;
    EXPECT_FALSE(try_apop("bob@example.test", "klmno-pqrst"));
    EXPECT_FALSE(try_apop("nobody@example.test", "klmno-pqrst"));
    EXPECT_FALSE(run(login->apop("alice@example.test", "<1@x>", "", peer)));
}

TEST_F(LoginTest, OpensNoSecretOfAnotherServer)
{
    add_device("moved", "uvwxy-zabcd",
               seal(std::string(32, 'o'), "alice@example.test", "moved", "uvwxy-zabcd"));
    EXPECT_FALSE(try_apop("alice@example.test", "uvwxy-zabcd"));
    EXPECT_TRUE(try_apop("alice@example.test", "klmno-pqrst")) << "and goes on to the next";
}

TEST_F(LoginTest, NotesWhenADeviceSignedIn)
{
    EXPECT_TRUE(try_password("alice@example.test", "abcde-fghij"));
    login.reset();
    store.reset(); // writes it at the latest now
    open_store();
    const auto alice = run(accounts().find("alice@example.test"));
    ASSERT_TRUE(alice);
    const auto devices = run(accounts().app_passwords(alice->id));
    ASSERT_TRUE(devices);
    for (const storage::AppPassword& device : *devices)
        EXPECT_EQ(device.last_used.has_value(), device.label == "phone") << device.label;
}

TEST_F(LoginTest, ReplacesAHashThatIsTooCheap)
{
    const auto hash = [this] { return run(accounts().find("alice@example.test"))->password_hash; };
    const std::string before = hash();
    EXPECT_TRUE(try_password("alice@example.test", "secret"));
    EXPECT_EQ(hash(), before);

    Config dearer = settings();
    dearer.auth.hash_kib = 128;
    use(dearer);
    EXPECT_FALSE(try_password("alice@example.test", "wrong"));
    EXPECT_TRUE(try_password("alice@example.test", "abcde-fghij"));
    EXPECT_EQ(hash(), before) << "neither a wrong password nor a device's tells the new hash";
    EXPECT_TRUE(try_password("alice@example.test", "secret"));
    EXPECT_EQ(cost_of(hash()), (HashCost{.passes = 1, .kib = 128}));
    EXPECT_TRUE(try_password("alice@example.test", "secret"));
}

TEST_F(LoginTest, LooksAtFewGuessesThatComeAtOnce)
{
    const auto guesser = asio::ip::make_address("203.0.113.9");
    const auto outcomes = try_many(100, "wrong", guesser);
    ASSERT_EQ(outcomes.size(), 100u);
    EXPECT_GE(count(outcomes, Failure::credentials), 10u);
    EXPECT_LE(count(outcomes, Failure::credentials), 12u) << "ten, and what the threads had in hand";
    EXPECT_EQ(try_password("alice@example.test", "secret", guesser).error(), Failure::throttled);
    const std::string timestamp = "<1@x>";
    EXPECT_EQ(
        run(login->apop("alice@example.test", timestamp, apop_digest(timestamp, "klmno-pqrst"), guesser))
            .error(),
        Failure::throttled);
    EXPECT_TRUE(try_password("alice@example.test", "secret", asio::ip::make_address("203.0.113.10")))
        << "the account is not locked";
}

TEST_F(LoginTest, SlowsAGuesserDownUntilTheServerEnds)
{
    const auto guesser = asio::ip::make_address("203.0.113.9");
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(try_password("alice@example.test", "wrong", guesser).error(), Failure::credentials);
    std::optional<Login::Outcome> outcome;
    asio::co_spawn(loop, login->password("alice@example.test", "secret", guesser),
                   [&](std::exception_ptr, Login::Outcome result) { outcome = result; });
    loop.restart();
    loop.poll();
    EXPECT_FALSE(outcome) << "it waits out a second";
    login->drain();
    loop.run();
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->error(), Failure::throttled);
    EXPECT_TRUE(try_password("alice@example.test", "secret")) << "those who need not wait go on";
}

TEST_F(LoginTest, LetsOnlySoManyWaitForTheirTurn)
{
    const auto outcomes = try_many(1000, "secret", peer);
    ASSERT_EQ(outcomes.size(), 1000u);
    const std::size_t busy = count(outcomes, Failure::busy);
    EXPECT_GT(busy, 0u);
    EXPECT_LE(busy, 744u) << "256 may wait";
    EXPECT_EQ(count(outcomes, Failure::credentials), 0u);
    EXPECT_TRUE(try_password("alice@example.test", "secret")) << "and then it goes on";
}

TEST_F(LoginTest, TakesAsLongForAStranger)
{
    Config dear = settings();
    dear.auth.hash_kib = 19456;
    dear.auth.hash_passes = 2;
    use(dear);
    EXPECT_TRUE(try_password("alice@example.test", "secret")); // makes the hash as dear as a stranger's
    // The processor's time, all threads together, and the shortest of several:
    // a busy machine only adds.
    const auto cost = [this](const char* user) {
        const std::clock_t began = std::clock();
        EXPECT_FALSE(try_password(user, "wrong"));
        return static_cast<double>(std::clock() - began);
    };
    double known = 1e12;
    double unknown = 1e12;
    for (int i = 0; i < 15; ++i) {
        known = std::min(known, cost("alice@example.test"));
        unknown = std::min(unknown, cost("nobody@example.test"));
    }
    EXPECT_GT(known / unknown, 0.8);
    EXPECT_LT(known / unknown, 1.25);
}

TEST(MaySendPassword, GoesByTheRuleAndTheWay)
{
    using Plaintext = Config::Auth::Plaintext;
    struct Case
    {
        Plaintext rule;
        const char* peer;
        bool clear; // allowed without TLS
    };
    for (const Case& c :
         {Case{Plaintext::never, "127.0.0.1", false}, Case{Plaintext::always, "192.0.2.1", true},
          Case{Plaintext::loopback, "127.0.0.1", true}, Case{Plaintext::loopback, "127.8.9.1", true},
          Case{Plaintext::loopback, "::1", true}, Case{Plaintext::loopback, "::ffff:127.0.0.1", true},
          Case{Plaintext::loopback, "192.0.2.1", false}, Case{Plaintext::loopback, "::2", false},
          Case{Plaintext::loopback, "::ffff:192.0.2.1", false}}) {
        Config::Auth rule;
        rule.allow_plaintext = c.rule;
        EXPECT_EQ(may_send_password(rule, false, asio::ip::make_address(c.peer)), c.clear) << c.peer;
        EXPECT_TRUE(may_send_password(rule, true, asio::ip::make_address(c.peer))) << c.peer;
    }
}

} // namespace
} // namespace pillarbox::auth
