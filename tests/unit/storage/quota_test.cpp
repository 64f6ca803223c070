#include "storage/maintenance.hpp"
#include "tests/unit/storage/store_test.hpp"

namespace pillarbox::storage {
namespace {

class QuotaTest : public StoreTest
{
public:
    Domain domain() { return run(accounts().domains())->at(0); }

    /// What the domain counts while it has a quota.
    std::uint64_t counted()
    {
        const auto look = [](sqlite::Database& database) -> Result<std::uint64_t> {
            sqlite::Query row(database, "SELECT octets FROM domain");
            row.step();
            return row.as<std::uint64_t>(0);
        };
        return run(sqlite::submit(*core().readers, look)).value();
    }

    std::uint64_t room(const std::string& local_part)
    {
        return run(accounts().route(local_part, "example.org"))->local.at(0).room;
    }

    void limit(std::uint64_t octets) { ASSERT_TRUE(run(accounts().set_domain_quota("Example.ORG", octets))); }

    /// With its trace it counts `octets`.
    static std::string body(std::size_t octets) { return text_of(octets - trace.size()); }

    Result<void> bring(const std::string& address, std::string_view octets)
    {
        Brought message;
        message.account = account(address);
        message.mailbox = mailbox(address);
        message.body = mail().new_spool();
        EXPECT_TRUE(message.body->append(octets));
        const auto arrived = run(store_->transfer().bring(std::move(message)));
        if (!arrived) return arrived.error();
        return boost::system::in_place_value;
    }
};

TEST_F(QuotaTest, OfADomainIsForAllItsAccountsTogether)
{
    ASSERT_TRUE(deliver(body(400), {alice})); // before there was a quota
    limit(1'000);
    EXPECT_EQ(domain().quota, 1'000u);
    EXPECT_EQ(domain().octets, 400u);
    EXPECT_EQ(room("bob"), 600u);
    ASSERT_TRUE(deliver(body(300), {bob}));
    EXPECT_EQ(room("alice"), 300u);
    EXPECT_EQ(deliver(body(301), {alice}).error(), Errc::over_quota);
    EXPECT_EQ(deliver(body(200), {alice, bob}).error(), Errc::over_quota); // for both or for none
    EXPECT_EQ(counted(), 700u);
    ASSERT_TRUE(deliver(body(150), {alice, bob})); // to the octet
    EXPECT_EQ(room("alice"), 0u);
    EXPECT_EQ(bring(bob, "x").error(), Errc::over_quota);
    limit(0);
    EXPECT_TRUE(deliver(body(5'000), {bob}));
    EXPECT_EQ(domain().octets, 6'000u); // told even so
}

TEST_F(QuotaTest, CountsEveryWayInAndOut)
{
    ASSERT_TRUE(run(accounts().add_domain("example.com")));
    add_account("other@example.com");
    limit(1'000'000);
    ASSERT_TRUE(deliver(body(1'000), {alice, bob, "other@example.com"}));
    EXPECT_EQ(counted(), 2'000u);
    ASSERT_TRUE(bring(alice, text_of(500)));
    EXPECT_EQ(counted(), 2'500u);
    ASSERT_TRUE(run(mail().expunge(account(alice), {entries(alice)[0].id})));
    EXPECT_EQ(counted(), 1'500u);
    ASSERT_TRUE(run(accounts().remove(bob)));
    EXPECT_EQ(counted(), 500u);
    reopen();
    ASSERT_TRUE(deliver(body(100), {alice}));
    EXPECT_EQ(counted(), 600u);
    EXPECT_EQ(domain().octets, 1'000u); // the first by name: example.com
}

TEST_F(QuotaTest, OfADomainIsMendedWithItsAccounts)
{
    limit(1'000'000);
    ASSERT_TRUE(deliver(body(1'000), {alice, bob}));
    const auto spoil = [](sqlite::Database& database) -> Result<void> {
        database.run("UPDATE domain SET octets = 7");
        database.run("UPDATE account SET octets = 3 WHERE address = 'alice@example.org'");
        return boost::system::in_place_value;
    };
    ASSERT_TRUE(run(sqlite::submit(*core().writer, spoil)));
    close();
    VerifyOptions mending;
    mending.repair = true;
    EXPECT_EQ(verify(options_, mending).wrong, 0u);
    reopen();
    EXPECT_EQ(counted(), 2'000u);
}

TEST_F(QuotaTest, OfAnAccountCanBeChanged)
{
    ASSERT_TRUE(deliver(body(400), {alice}));
    ASSERT_TRUE(run(accounts().set_quota("Alice@example.org", 500)));
    EXPECT_EQ(run(accounts().find(alice))->quota, 500u);
    EXPECT_EQ(room("alice"), 100u);
    EXPECT_EQ(deliver(body(101), {alice}).error(), Errc::over_quota);
    limit(450); // the narrower one holds
    EXPECT_EQ(room("alice"), 50u);
    limit(0);
    ASSERT_TRUE(run(accounts().set_quota(alice, 300))); // less than is there
    EXPECT_EQ(room("alice"), 0u);
    ASSERT_TRUE(run(accounts().set_quota(alice, 0)));
    EXPECT_TRUE(deliver(body(101), {alice}));
    EXPECT_EQ(run(accounts().set_quota("nobody@example.org", 1)).error(), Errc::not_found);
    EXPECT_EQ(run(accounts().set_domain_quota("example.net", 1)).error(), Errc::not_found);
}

} // namespace
} // namespace pillarbox::storage
