#include "server/auth/login.hpp"

#include "server/auth/password.hpp"
#include "server/base/base64.hpp"
#include "storage/store.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/token_maker.hpp"
#include "tests/unit/auth/fixed.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pillarbox::auth {
namespace {

namespace asio = boost::asio;

std::string claims_of(const std::string& email, long exp = 4'000'000'000)
{
    return R"({"iss":"https://login.test","aud":"mail","email":")" + email + R"(","exp":)" +
           std::to_string(exp) + "}";
}

/// alice@, bob@ and bob+own@example.test, and what the provider's tokens lead to.
class LoginTokenTest : public testing::Test
{
protected:
    LoginTokenTest()
    {
        write_keys(provider.key_set());
        config.auth.hash_passes = 1;
        config.auth.hash_kib = 64;
        config.auth.mechanisms = {"OAUTHBEARER", "XOAUTH2"};
        config.auth.oauth_keys = folder.path() / "keys.json";
        config.auth.oauth_issuer = "https://login.test";
        config.auth.oauth_audience = "mail";
        config.limits.exempt = {{"192.0.2.0", 24}};
        storage::Options options;
        options.directory = folder.path() / "store";
        options.disk_reserve = 0;
        store = storage::open(options);
        EXPECT_TRUE(run(store->accounts().add_domain("example.test")));
        for (const char* address : {"alice@example.test", "bob@example.test", "bob+own@example.test"}) {
            std::vector<storage::NewAccount> added(1);
            added.front().address = address;
            added.front().password_hash = hash_password("secret", {.passes = 1, .kib = 64});
            EXPECT_TRUE(run(store->accounts().add(std::move(added))));
        }
        storage::Alias alias;
        alias.address = "sales@example.test";
        alias.targets = {"alice@example.test"};
        EXPECT_TRUE(run(store->accounts().add_alias(std::move(alias))));
        login = std::make_unique<Login>(store->accounts(), config, std::string(32, 'k'));
    }
    ~LoginTokenTest() override
    {
        login.reset(); // its threads post to the loop, and it uses the store
        store.reset();
    }

    void write_keys(const std::string& text) const { std::ofstream(folder.path() / "keys.json") << text; }

    template <class Value>
    Value run(asio::awaitable<Value> task)
    {
        return test::run_task(loop, std::move(task));
    }

    static std::optional<sasl::Exchange> open(const std::string& user, const std::string& token)
    {
        const std::string header = user.empty() ? "n,," : "n,a=" + user + ",";
        const sasl::Terms terms{
            .mechanisms = "OAUTHBEARER", .hostname = {}, .key = {}, .channel_binding = nullptr};
        return sasl::Exchange::open("OAUTHBEARER " + base64_encode(header +
                                                                   "\x01"
                                                                   "auth=Bearer " +
                                                                   token + "\x01\x01"),
                                    terms);
    }

    Login::Outcome sign_in(const std::string& user, const std::string& token,
                           const asio::ip::address& from = peer)
    {
        auto exchange = open(user, token);
        EXPECT_EQ(exchange->start().kind, sasl::Step::Kind::claim);
        return run(login->check(*exchange, step, from));
    }

    Login::Outcome sign_in_as(const std::string& user, const std::string& email)
    {
        return sign_in(user, provider.token(claims_of(email)));
    }

    asio::io_context loop{1}; // outlives the store and the login
    test::TemporaryFolder folder;
    const test::TokenMaker provider{test::TokenMaker::Key::ed25519};
    Config config;
    std::unique_ptr<storage::Store> store;
    std::unique_ptr<Login> login;
    sasl::Step step;
};

TEST_F(LoginTokenTest, SignsInWhomTheTokenNames)
{
    struct Case
    {
        const char* user;
        const char* email;
        const char* address; // null: refused
        const char* suffix = "";
    };
    for (const Case& c : {
             Case{"", "alice@example.test", "alice@example.test"},
             Case{"alice@example.test", "alice@example.test", "alice@example.test"},
             Case{"ALICE@Example.Test", "Alice@example.TEST", "alice@example.test"},
             Case{"alice", "alice@example.test", "alice@example.test"},
             Case{"alice", "alice", "alice@example.test"},
             Case{"alice+Junk", "alice@example.test", "alice@example.test", "Junk"},
             Case{"bob+own", "bob+own@example.test", "bob+own@example.test"},
             Case{"bob", "alice@example.test", nullptr},
             Case{"alice", "bob@example.test", nullptr},
             Case{"bob+own", "bob@example.test", nullptr},
             Case{"bob", "bob+own@example.test", nullptr},
             Case{"alice", "alice+Junk@example.test", nullptr},
             Case{"", "alice+Junk@example.test", nullptr},
             Case{"", "alice+@example.test", nullptr},
             Case{"", "sales@example.test", nullptr},
             Case{"alice", "sales@example.test", nullptr},
             Case{"sales", "alice@example.test", nullptr},
             Case{"", "alice@elsewhere.test", nullptr},
             Case{"", "nobody@example.test", nullptr},
             Case{"nobody", "nobody@example.test", nullptr},
         }) {
        SCOPED_TRACE(std::string(c.user) + ", " + c.email);
        const auto outcome = sign_in_as(c.user, c.email);
        ASSERT_EQ(outcome.has_value(), c.address != nullptr);
        EXPECT_EQ(step.kind, outcome ? sasl::Step::Kind::done : sasl::Step::Kind::challenge);
        if (!outcome) {
            EXPECT_EQ(outcome.error(), Failure::credentials);
            continue;
        }
        EXPECT_EQ(outcome->address, c.address);
        EXPECT_EQ(outcome->suffix, c.suffix);
        EXPECT_EQ(outcome->device, "");
    }
}

TEST_F(LoginTokenTest, RefusesADisabledAccount)
{
    EXPECT_TRUE(run(store->accounts().set_enabled("alice@example.test", false)));
    EXPECT_EQ(sign_in_as("alice", "alice@example.test").error(), Failure::credentials);
}

TEST_F(LoginTokenTest, RefusesTokensThatDoNotHold)
{
    const test::TokenMaker stranger(test::TokenMaker::Key::ed25519);
    const std::string good = claims_of("alice@example.test");
    for (const std::string& token : {
             stranger.token(good),
             provider.token(claims_of("alice@example.test", 1)),
             provider.token(R"({"email":"alice@example.test","exp":4000000000})"),
             provider.sign(R"({"alg":"none"})", good),
             provider.sign(R"({"alg":"HS256","kid":"1"})", good),
             std::string("opaque"),
             std::string("secret"),
         })
        EXPECT_EQ(sign_in("alice", token).error(), Failure::credentials) << token;
}

TEST_F(LoginTokenTest, CountsThemLikeWrongPasswords)
{
    const auto guesser = asio::ip::make_address("203.0.113.9");
    login->drain(); // nobody waits out a delay
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(sign_in("alice", "opaque", guesser).error(), Failure::credentials);
    EXPECT_EQ(sign_in("alice", provider.token(claims_of("alice@example.test")), guesser).error(),
              Failure::throttled);
    EXPECT_EQ(step.kind, sasl::Step::Kind::done) << "that is no fault of the token";
    EXPECT_TRUE(sign_in_as("alice", "alice@example.test"));
}

TEST_F(LoginTokenTest, ReadsTheKeysAgain)
{
    const test::TokenMaker next(test::TokenMaker::Key::p256);
    const std::string token = next.token(claims_of("alice@example.test"));
    EXPECT_FALSE(sign_in("alice", token));
    write_keys("{}");
    EXPECT_THROW(login->reload(config), ConfigError);
    EXPECT_TRUE(sign_in_as("alice", "alice@example.test")) << "the old keys stay";
    write_keys(next.key_set());
    login->reload(config);
    EXPECT_TRUE(sign_in("alice", token));
    EXPECT_FALSE(sign_in_as("alice", "alice@example.test"));
    config.auth.mechanisms = {"PLAIN"};
    login->reload(config);
    EXPECT_EQ(sign_in("alice", token).error(), Failure::busy) << "by a session that began before";
}

/// A provider that has taken leave of its senses.
asio::awaitable<void> fail_all(asio::ip::tcp::acceptor& acceptor, std::vector<asio::ip::tcp::socket>& clients)
{
    constexpr std::string_view answer = "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n";
    for (;;) {
        auto [error, client] = co_await acceptor.async_accept(asio::as_tuple(asio::deferred));
        if (error) co_return;
        clients.push_back(std::move(client));
        co_await asio::async_write(clients.back(), asio::buffer(answer), asio::as_tuple(asio::deferred));
    }
}

TEST_F(LoginTokenTest, AsksOnlySoManyQuestionsAtOnceAndCountsNoFailure)
{
    using asio::ip::tcp;
    tcp::acceptor acceptor(loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    std::ofstream(folder.path() / "secret") << "secret\n";
    config.auth.oauth_keys.clear();
    config.auth.oauth_introspection = {false, "127.0.0.1", acceptor.local_endpoint().port(), "/"};
    config.auth.oauth_client_id = "pillarbox";
    config.auth.oauth_client_secret_file = folder.path() / "secret";
    login->reload(config);

    struct Attempt
    {
        sasl::Exchange exchange;
        sasl::Step step;
    };
    constexpr std::size_t attempts = 70;
    const auto guesser = asio::ip::make_address("203.0.113.9");
    std::vector<std::unique_ptr<Attempt>> all;
    std::vector<Login::Outcome> outcomes;
    std::vector<tcp::socket> clients;
    for (std::size_t i = 0; i < attempts; ++i) {
        all.push_back(std::make_unique<Attempt>(*open("alice", "opaque"), sasl::Step{}));
        EXPECT_EQ(all.back()->exchange.start().kind, sasl::Step::Kind::claim);
        auto done = [&](std::exception_ptr, Login::Outcome outcome) {
            outcomes.push_back(outcome);
            // Whoever is one too many is told at once, before anybody is answered.
            if (outcomes.size() == 1) asio::co_spawn(loop, fail_all(acceptor, clients), asio::detached);
            if (outcomes.size() == attempts) acceptor.close();
        };
        asio::co_spawn(loop, login->check(all.back()->exchange, all.back()->step, guesser), done);
    }
    loop.restart();
    loop.run();
    ASSERT_EQ(outcomes.size(), attempts);
    for (const auto& outcome : outcomes)
        EXPECT_EQ(outcome.error(), Failure::busy);
    EXPECT_EQ(clients.size(), 64u);
}

TEST_F(LoginTokenTest, NeedsKeysToStart)
{
    for (const char* file : {"missing.json", ""}) {
        config.auth.oauth_keys = folder.path() / file;
        EXPECT_THROW(Login(store->accounts(), config, std::string(32, 'k')), ConfigError) << file;
    }
}

} // namespace
} // namespace pillarbox::auth
