#include "tests/unit/api/admin_test.hpp"

#include <boost/json/array.hpp>

namespace pillarbox::api {
namespace {

constexpr std::string_view queue = "/api/v1/admin/queue";

class AdminQueueTest : public AdminTest
{
protected:
    /// A message to two people elsewhere.
    AdminQueueTest()
    {
        auto spool = store_->mail().new_spool();
        EXPECT_TRUE(spool->append("Subject: x\r\n\r\ntext\r\n"));
        storage::Delivery delivery;
        delivery.body = std::move(spool);
        delivery.reverse_path = "alice@example.org";
        delivery.forward_to = {{.recipient = "dora@example.net"}, {.recipient = "emil@example.com"}};
        EXPECT_TRUE(run(store_->mail().deliver(std::move(delivery))));
    }

    boost::json::array entries() { return get("alice", queue).json().at("items").as_array(); }
    std::string path_of(const boost::json::value& entry)
    {
        return std::string(queue) + "/" + std::string(entry.at("id").as_string());
    }
};

TEST_F(AdminQueueTest, IsListedAndFiltered)
{
    const auto list = get("alice", queue).json();
    EXPECT_EQ(list.at("total").as_int64(), 2);
    EXPECT_EQ(list.at("allHeld"), false);
    const auto& first = list.at("items").as_array().at(0);
    EXPECT_EQ(first.at("to"), "dora@example.net");
    EXPECT_EQ(first.at("from"), "alice@example.org");
    EXPECT_EQ(first.at("state"), "waiting");
    EXPECT_TRUE(first.at("tried").is_null());
    EXPECT_EQ(get("alice", std::string(queue) + "?q=emil").json().at("total").as_int64(), 1);
    EXPECT_EQ(get("bob", queue).status, 403u);
}

TEST_F(AdminQueueTest, OneIsHeldReleasedAndDropped)
{
    const auto path = path_of(entries().at(0));
    EXPECT_EQ(post(path, R"({"action":"hold"})").status, 200u);
    EXPECT_EQ(get("alice", path).json().at("state"), "held");
    EXPECT_TRUE(get("alice", path).json().at("next").is_null());
    EXPECT_EQ(entries().at(1).at("state"), "waiting");
    EXPECT_EQ(post(path, R"({"action":"release"})").status, 200u);
    EXPECT_EQ(get("alice", path).json().at("state"), "waiting");
    EXPECT_EQ(post(path, R"({"action":"retry"})").json().at("changed").as_int64(), 1);
    EXPECT_EQ(post(path, R"({"action":"burn"})").status, 400u);
    EXPECT_EQ(erase(path).status, 204u);
    EXPECT_EQ(erase(path).status, 404u);
    EXPECT_EQ(post(path, R"({"action":"hold"})").status, 404u);
    EXPECT_EQ(entries().size(), 1u);
}

TEST_F(AdminQueueTest, AllAreHeldAndReleased)
{
    EXPECT_EQ(post(queue, R"({"action":"hold"})").json().at("changed").as_int64(), 2);
    for (const auto& entry : entries())
        EXPECT_EQ(entry.at("state"), "held");
    EXPECT_EQ(post(queue, R"({"action":"release"})").json().at("changed").as_int64(), 2);
}

TEST_F(AdminQueueTest, SaysWhatTheOtherServerSaid)
{
    storage::ClaimWish wish;
    wish.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    wish.until = wish.now + std::chrono::minutes(5);
    const auto claimed = run(store_->queue().claim(wish));
    ASSERT_TRUE(claimed && *claimed);
    const auto& claim = **claimed;
    const auto path = std::string(queue) + "/" + std::to_string(static_cast<int>(claim.recipients[0].id));
    EXPECT_EQ(get("alice", path).json().at("state"), "sending");
    storage::Settlement settlement;
    settlement.claim = claim.number;
    storage::Outcome outcome;
    outcome.id = claim.recipients[0].id;
    outcome.kind = storage::Outcome::Kind::later;
    outcome.due = wish.now + std::chrono::hours(1);
    outcome.host = "mx.example.net";
    outcome.reply = "450 4.2.2 mailbox full";
    settlement.outcomes.push_back(outcome);
    ASSERT_TRUE(run(store_->queue().settle(std::move(settlement))));
    const auto entry = get("alice", path).json();
    EXPECT_EQ(entry.at("host"), "mx.example.net");
    EXPECT_EQ(entry.at("reply"), "450 4.2.2 mailbox full");
    EXPECT_EQ(entry.at("attempts").as_int64(), 1);
    EXPECT_FALSE(entry.at("next").is_null());
}

TEST_F(AdminQueueTest, OneGoesBackToItsSender)
{
    const auto path = path_of(entries().at(0));
    EXPECT_EQ(post(path, R"({"action":"hold"})").status, 200u) << "held or not";
    ASSERT_EQ(post(path, R"({"action":"return"})").status, 200u);
    EXPECT_EQ(get("alice", path).status, 404u);
    EXPECT_EQ(entries().size(), 1u);
    const auto inbox = get("alice", "/api/v1/mailboxes/inbox/messages").json().at("items").as_array();
    ASSERT_EQ(inbox.size(), 1u);
    const auto id = std::string(inbox[0].at("id").as_string());
    const auto report = get("alice", "/api/v1/messages/" + id + "/raw").body;
    EXPECT_NE(report.find("dora@example.net"), std::string::npos) << report;
    EXPECT_NE(report.find("administrator"), std::string::npos) << report;
    EXPECT_EQ(report.find("emil@example.com"), std::string::npos) << report;
    EXPECT_EQ(post(path, R"({"action":"return"})").status, 404u);
    EXPECT_EQ(post(queue, R"({"action":"return"})").status, 400u) << "never all at once";
}

TEST_F(AdminQueueTest, OverviewCountsIt)
{
    EXPECT_EQ(post(path_of(entries().at(0)), R"({"action":"hold"})").status, 200u);
    const auto overview = get("alice", "/api/v1/admin/overview").json();
    EXPECT_EQ(overview.at("queue").at("total").as_int64(), 2);
    EXPECT_EQ(overview.at("queue").at("held").as_int64(), 1);
    EXPECT_EQ(overview.at("accounts").as_int64(), 3);
    EXPECT_EQ(overview.at("domains").as_int64(), 1);
    EXPECT_EQ(get("bob", "/api/v1/admin/overview").status, 403u);
}

} // namespace
} // namespace pillarbox::api
