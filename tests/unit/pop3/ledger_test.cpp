#include "server/pop3/ledger.hpp"

#include "server/auth/password.hpp"
#include "server/net/connection.hpp"
#include "server/net/session.hpp"
#include "server/pop3/session.hpp"
#include "storage/store.hpp"
#include "tests/support/memory_stream.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <optional>

namespace pillarbox::pop3 {
namespace {

constexpr auto alice_address = "alice@example.test";
constexpr auto sign_in = "USER alice@example.test\r\nPASS secret\r\n";

/// Sessions of alice's, whose maildrop has three messages, in memory and over a
/// real store. The second is larger than what is sent at a time.
class LedgerTest : public testing::Test
{
public:
    LedgerTest()
    {
        auto config = std::make_shared<Config>();
        config->auth.hash_passes = 1;
        config->auth.hash_kib = 8;
        config_ = config;
        login_ = std::make_unique<auth::Login>(store_->accounts(), *config_, std::string(32, 'k'));
        EXPECT_TRUE(run(store_->accounts().add_domain("example.test")));
        storage::NewAccount person{.address = alice_address,
                                   .password_hash = auth::hash_password("secret", {1, 8})};
        EXPECT_TRUE(run(store_->accounts().add({std::move(person)})));
        account_ = run(store_->accounts().find(alice_address))->id;
        for (const std::size_t lines : {1u, 10'000u, 1u})
            deliver(lines);
        begin();
    }

    /// No session outlives the store.
    void TearDown() override
    {
        if (!peer_->ended()) leave();
    }

    /// A new session, signed in.
    void begin()
    {
        peer_ = std::make_unique<test::MemoryPeer>(reactor_, "127.0.0.1");
        reactor_.spawn("session", session(peer_->stream()));
        say(sign_in);
    }

    void say(std::string_view lines)
    {
        peer_->send(lines);
        peer_->settle();
    }

    /// The client goes.
    void leave()
    {
        peer_->close();
        peer_->settle();
        EXPECT_TRUE(peer_->ended());
    }

    /// Uids that alice's own password has fetched.
    std::vector<std::uint32_t> fetched()
    {
        // Behind what nobody waits for.
        EXPECT_TRUE(run(store_->accounts().set_quota(alice_address, 0)));
        std::vector<std::uint32_t> uids;
        const auto page = run(store_->mail().list(account_, inbox(), 0, 0, 10));
        for (const auto& message : page->items) {
            const auto by = run(store_->devices().who_fetched(account_, message.id));
            if (by && by->size() == 1 && by->front().label.empty()) uids.insert(uids.begin(), message.uid);
        }
        return uids;
    }

    storage::Device device() { return run(store_->devices().list(account_))->front(); }

    template <class Value>
    Value run(boost::asio::awaitable<Value> task)
    {
        std::optional<Value> outcome;
        std::exception_ptr escaped;
        boost::asio::co_spawn(reactor_.context(), std::move(task),
                              [&](std::exception_ptr error, Value value) {
                                  escaped = error;
                                  outcome.emplace(std::move(value));
                              });
        reactor_.context().restart();
        while (!outcome)
            reactor_.context().run_one();
        if (escaped) std::rethrow_exception(escaped);
        return std::move(*outcome);
    }

    using Uids = std::vector<std::uint32_t>;

    std::unique_ptr<test::MemoryPeer> peer_;

private:
    awaitable<void> session(std::unique_ptr<net::Stream> stream)
    {
        net::Connection connection(reactor_, std::move(stream), connection_limits());
        Services services{
            store_->mail(), store_->accounts(), store_->devices(), *login_, nullptr, config_, logins_,
            locks_};
        const Log log;
        auto dialogue = [&] { return serve(connection, log, services); };
        co_await net::run_session(connection, log, std::move(dialogue), farewell);
    }

    void deliver(std::size_t lines)
    {
        storage::Delivery delivery;
        delivery.copies.resize(1);
        delivery.copies.front().account = account_;
        delivery.body = store_->mail().new_spool();
        for (std::size_t i = 0; i < lines; ++i)
            EXPECT_TRUE(delivery.body->append("Subject: many lines\r\n"));
        EXPECT_TRUE(run(store_->mail().deliver(std::move(delivery))));
    }

    storage::MailboxId inbox() { return run(store_->mail().mailboxes(account_))->front().id; }

    static storage::Options options(const std::filesystem::path& directory)
    {
        storage::Options options;
        options.directory = directory;
        options.disk_reserve = 0;
        return options;
    }

    test::TemporaryFolder folder_;
    net::Reactor reactor_; // outlives the store, whose threads post to it
    std::unique_ptr<storage::Store> store_ = storage::open(options(folder_.path() / "store"));
    std::shared_ptr<const Config> config_;
    LoginDelay logins_;
    MaildropLocks locks_;
    std::unique_ptr<auth::Login> login_;
    storage::AccountId account_{};
};

TEST_F(LedgerTest, HasWhatWasRetrievedAtQuit)
{
    say("RETR 1\r\n");
    say("RETR 2\r\n");
    EXPECT_EQ(fetched(), Uids()); // one write a session
    say("QUIT\r\n");
    EXPECT_EQ(fetched(), (Uids{1, 2}));
    EXPECT_EQ(device().fetched, 2u);
    EXPECT_EQ(device().peer, "127.0.0.1");
    EXPECT_TRUE(device().last_seen);
}

TEST_F(LedgerTest, HasWhatQuitFollowedAtOnce)
{
    say("RETR 1\r\nRETR 2\r\nDELE 1\r\nQUIT\r\n");
    EXPECT_EQ(fetched(), (Uids{2})); // the first has gone
    EXPECT_EQ(device().fetched, 2u);
}

TEST_F(LedgerTest, HasNothingOfTop)
{
    say("TOP 1 1000\r\nUIDL\r\nLIST\r\nSTAT\r\n");
    say("QUIT\r\n");
    EXPECT_EQ(fetched(), Uids());
    EXPECT_EQ(device().fetched, 0u);
}

TEST_F(LedgerTest, HasWhatTheClientWentOnAfterWhenItIsLost)
{
    say("RETR 1\r\n");
    say("DELE 1\r\n");
    say("RETR 3\r\n"); // who has it is not known
    leave();
    EXPECT_EQ(fetched(), (Uids{1})); // and nothing was deleted
    EXPECT_EQ(device().fetched, 1u);
}

TEST_F(LedgerTest, DoesNotHaveWhatWasUnderWay)
{
    peer_->limit_window(100'000);
    say("RETR 1\r\nRETR 2\r\nNOOP\r\n");
    EXPECT_TRUE(peer_->blocked());
    peer_->vanish();
    peer_->settle();
    EXPECT_TRUE(peer_->ended());
    EXPECT_EQ(fetched(), Uids());
}

TEST_F(LedgerTest, DoesNotHaveWhatQuitCouldNotBeSentBehind)
{
    peer_->limit_window(100'000);
    say("RETR 2\r\nDELE 1\r\nQUIT\r\n");
    EXPECT_TRUE(peer_->blocked());
    peer_->vanish();
    peer_->settle();
    EXPECT_EQ(fetched(), Uids());
    begin();
    say("STAT\r\n");
    EXPECT_NE(peer_->output().find("+OK 3 "), std::string::npos); // no UPDATE, RFC 1939 §6
}

TEST_F(LedgerTest, HasAMessageOnceThoughItIsRetrievedTwice)
{
    say("RETR 3\r\n");
    say("RETR 3\r\n");
    say("RSET\r\n");
    say("QUIT\r\n");
    EXPECT_EQ(fetched(), (Uids{3}));
    EXPECT_EQ(device().fetched, 2u);
}

} // namespace
} // namespace pillarbox::pop3
