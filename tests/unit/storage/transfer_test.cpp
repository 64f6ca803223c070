#include "tests/unit/storage/store_test.hpp"

#include <fstream>

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

constexpr auto alice = "alice@example.org";

/// A server, and beside it an importer on the same data.
class TransferTest : public StoreTest
{
public:
    TransferTest() { open_importer(); }
    ~TransferTest() override { importer_.reset(); }

    void open_importer()
    {
        importer_.reset();
        Options options = options_;
        options.access = Options::Access::importer;
        importer_ = sqlite::open_sqlite(options, underneath_);
    }

    Brought brought(std::string_view body, std::string digest = {})
    {
        Brought message;
        message.account = account(alice);
        message.mailbox = mailbox(alice);
        message.received = Time(1'000'000s);
        message.digest = std::move(digest);
        message.body = importer_->mail().new_spool();
        EXPECT_TRUE(message.body->append(body));
        return message;
    }

    Result<Placed> bring(Brought message) { return run(importer_->transfer().bring(std::move(message))); }

    std::unique_ptr<sqlite::SqliteStore> importer_;
};

TEST_F(TransferTest, BringsMessagesBesideAServer)
{
    for (const std::size_t size : {100u, 20'000u, 400'000u}) {
        const auto theirs = text_of(size, 1);
        const auto ours = text_of(size, 2);
        const auto placed = bring(brought(theirs));
        ASSERT_TRUE(placed) << placed.error().message();
        ASSERT_TRUE(deliver(ours, {alice}));
        const auto all = entries(alice);
        EXPECT_EQ(read(placed->id), theirs); // nothing is put on top
        EXPECT_EQ(read(all.back().id), std::string(trace) + ours);
    }
    importer_.reset();
    reopen();
    EXPECT_EQ(entries(alice).size(), 6u);
    EXPECT_EQ(recorder_->errors(), 0u);
}

TEST_F(TransferTest, KeepsWhatTheMessageWas)
{
    auto message = brought("Subject: x\r\n\r\n");
    message.flags = flag::seen | flag::answered;
    message.unique_id = "00000123u4567";
    message.summary.subject = "x";
    const auto placed = bring(std::move(message));
    ASSERT_TRUE(placed);
    const auto listed = run(mail().find(account(alice), placed->id));
    ASSERT_TRUE(listed);
    EXPECT_EQ(listed->flags, flag::seen | flag::answered);
    EXPECT_EQ(listed->received, Time(1'000'000s));
    EXPECT_EQ(listed->summary.subject, "x");
    EXPECT_EQ(entries(alice)[0].unique_id, "00000123u4567");
}

TEST_F(TransferTest, LeavesOutUniqueIdsThatCannotBe)
{
    for (const std::string value : {"once", "ONCE", "with space", "\x7f"}) {
        auto message = brought("x");
        message.unique_id = value;
        ASSERT_TRUE(bring(std::move(message)));
    }
    auto longest = brought("x");
    longest.unique_id = std::string(71, 'x');
    ASSERT_TRUE(bring(std::move(longest)));
    const auto all = entries(alice);
    EXPECT_EQ(all[0].unique_id, "once");
    for (std::size_t i = 1; i < all.size(); ++i)
        EXPECT_EQ(all[i].unique_id.find('.'), 16u) << all[i].unique_id; // ours
}

TEST_F(TransferTest, BringsNothingTwice)
{
    EXPECT_FALSE(*run(importer_->transfer().has(mailbox(alice), "digest")));
    EXPECT_TRUE(bring(brought("x", "digest")));
    EXPECT_TRUE(*run(importer_->transfer().has(mailbox(alice), "digest")));
    EXPECT_EQ(bring(brought("x", "digest")).error(), Errc::already_exists);
    EXPECT_TRUE(bring(brought("x")));
    EXPECT_TRUE(bring(brought("x")));
    EXPECT_EQ(entries(alice).size(), 3u);
}

TEST_F(TransferTest, StopsAtTheQuota)
{
    std::vector<NewAccount> small(1);
    small[0].address = "small@example.org";
    small[0].quota = 1'000;
    ASSERT_TRUE(run(accounts().add(small)));
    auto message = brought(text_of(20'000), "digest");
    message.account = account("small@example.org");
    message.mailbox = mailbox("small@example.org");
    EXPECT_EQ(bring(std::move(message)).error(), Errc::over_quota);
    EXPECT_FALSE(*run(importer_->transfer().has(mailbox("small@example.org"), "digest")));
}

TEST_F(TransferTest, PutsNothingIntoSomeoneElsesMailbox)
{
    auto message = brought("x");
    message.mailbox = mailbox("bob@example.org");
    EXPECT_EQ(bring(std::move(message)).error(), Errc::not_found);
}

TEST_F(TransferTest, IsDoneByOneAtATime)
{
    underneath_.busy = 50ms;
    Options options = options_;
    options.access = Options::Access::importer;
    EXPECT_THROW(sqlite::open_sqlite(options, underneath_), std::runtime_error);
}

TEST_F(TransferTest, SurvivesAServersStart)
{
    auto waiting = brought(text_of(400'000, 7)); // its spool is a file by now
    ASSERT_TRUE(bring(brought(text_of(20'000, 1))));
    reopen();
    ASSERT_TRUE(deliver(text_of(20'000, 2), {alice}));
    ASSERT_TRUE(bring(std::move(waiting)));
    ASSERT_TRUE(bring(brought(text_of(20'000, 3))));
    for (const auto& entry : entries(alice))
        EXPECT_TRUE(read(entry.id));
    EXPECT_EQ(entries(alice).size(), 4u);
}

TEST_F(TransferTest, LeavesNothingBehindWhenItDies)
{
    ASSERT_TRUE(bring(brought(text_of(20'000, 1))));
    importer_.reset();
    const auto file_of = [&](const char* folder, const char* name) {
        return directory_.path() / folder / name;
    };
    const auto leftovers = {file_of("spool-import", "1-1"), file_of("files", "00000000000000ff"),
                            file_of("segments", "00000000000000ff")};
    for (const auto& path : leftovers)
        std::ofstream(path) << "unfinished";
    {
        // Behind the end of its segment.
        std::ofstream(file_of("segments", "0000000000000001"), std::ios::app) << "unfinished";
    }
    open_importer();
    for (const auto& path : leftovers)
        EXPECT_FALSE(std::filesystem::exists(path)) << path;
    ASSERT_TRUE(bring(brought(text_of(20'000, 2))));
    for (const auto& entry : entries(alice))
        EXPECT_TRUE(read(entry.id));
    EXPECT_EQ(entries(alice).size(), 2u);
}

TEST(Lane, GivesNumbersThatNobodyElseGives)
{
    using sqlite::Lane;
    using sqlite::next_number;
    EXPECT_EQ(next_number(Lane::server, 0), 2);
    EXPECT_EQ(next_number(Lane::server, 1), 2);
    EXPECT_EQ(next_number(Lane::server, 2), 4);
    EXPECT_EQ(next_number(Lane::importer, 0), 1);
    EXPECT_EQ(next_number(Lane::importer, 1), 3);
    EXPECT_EQ(next_number(Lane::importer, 2), 3);
}

} // namespace
} // namespace pillarbox::storage
