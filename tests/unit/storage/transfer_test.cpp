#include "tests/unit/storage/store_test.hpp"

#include <fstream>
#include <map>
#include <set>

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

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

    Result<Arrived> bring(Brought message) { return run(importer_->transfer().bring(std::move(message))); }

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

TEST_F(TransferTest, ListsByWhenMessagesWereReceived)
{
    const auto list = [&](std::uint32_t before) {
        std::vector<std::int64_t> received;
        const auto page = run(mail().list(account(alice), mailbox(alice), before, 0, 2));
        for (const auto& item : page->items)
            received.push_back(item.received.time_since_epoch().count());
        return received;
    };
    using Seconds = std::vector<std::int64_t>;
    std::map<int, Placed> placed;
    for (const int second : {-5, 30, 10, 20}) {
        auto message = brought("Subject: x\r\n\r\n");
        message.received = Time(std::chrono::seconds(second));
        const auto arrived = bring(std::move(message));
        ASSERT_TRUE(arrived);
        placed[second] = *arrived;
    }
    EXPECT_EQ(list(0), (Seconds{30, 20}));
    EXPECT_EQ(list(placed[20].uid), (Seconds{10, -5}));
    EXPECT_EQ(list(placed[10].uid), (Seconds{-5}));
    EXPECT_EQ(list(placed[-5].uid), (Seconds{}));
    ASSERT_TRUE(run(mail().expunge(account(alice), {placed[20].id})));
    EXPECT_EQ(list(placed[20].uid), (Seconds{10, -5})) << "it has gone";
}

TEST_F(TransferTest, KnowsAMessageByItsName)
{
    auto message = brought("Subject: x\r\n\r\n", "digest");
    message.name = "name";
    ASSERT_TRUE(bring(std::move(message)));
    for (const char* known : {"name", "digest"})
        EXPECT_TRUE(run(importer_->transfer().has(mailbox(alice), known)).value()) << known;
    EXPECT_FALSE(run(importer_->transfer().has(mailbox(alice), "other")).value());

    auto same = brought("Subject: x\r\n\r\n", "digest");
    same.name = "another name";
    EXPECT_EQ(bring(std::move(same)).error(), Errc::already_exists);
    EXPECT_FALSE(run(importer_->transfer().has(mailbox(alice), "another name")).value());
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
    EXPECT_EQ(entries(alice)[0].unique_id.text(), "00000123u4567");
}

TEST_F(TransferTest, LeavesOutUniqueIdsThatCannotBe)
{
    for (const std::string value : {"once", "ONCE", "with space", "\x7f"}) {
        auto message = brought("x");
        message.unique_id = value;
        const auto arrived = bring(std::move(message));
        ASSERT_TRUE(arrived);
        EXPECT_EQ(arrived->lost_unique_id, value != "once") << value;
    }
    auto longest = brought("x");
    longest.unique_id = std::string(71, 'x');
    ASSERT_TRUE(bring(std::move(longest)));
    const auto all = entries(alice);
    EXPECT_EQ(all[0].unique_id.text(), "once");
    for (std::size_t i = 1; i < all.size(); ++i)
        EXPECT_EQ(all[i].unique_id.text().find('.'), 16u) << all[i].unique_id.text(); // ours
}

/// As when someone brings back what a client has fetched from here, with the
/// unique ids that it wrote into it.
TEST_F(TransferTest, LeavesOutUniqueIdsThatAreOurOwn)
{
    ASSERT_TRUE(deliver("x", {alice}));
    const auto ours = entries(alice).front().unique_id.text();
    const auto beginning = ours.substr(0, ours.find('.') + 1);
    for (const auto& value : {ours, beginning + "2", beginning + "ffff"}) {
        auto message = brought("x");
        message.unique_id = value;
        const auto arrived = bring(std::move(message));
        ASSERT_TRUE(arrived);
        EXPECT_TRUE(arrived->lost_unique_id) << value;
    }
    std::set<std::string> all;
    for (const auto& entry : entries(alice))
        EXPECT_TRUE(all.insert(entry.unique_id.text()).second) << entry.unique_id.text();
    EXPECT_EQ(all.size(), 4u);
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
        return options_.directory / folder / name;
    };
    const auto leftovers = {file_of("spool-import", "1-1"), file_of("files", "00000000000000ff"),
                            file_of("segments", "00000000000000ff")};
    for (const auto& path : leftovers) {
        std::ofstream(path) << "unfinished";
        ASSERT_TRUE(std::filesystem::exists(path)) << path;
    }
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

TEST_F(TransferTest, LeavesNothingBehindWhenBothDie)
{
    ASSERT_TRUE(bring(brought(text_of(20'000, 1))));
    importer_.reset();
    close();
    const auto segment = options_.directory / "segments" / "0000000000000001";
    const auto size = std::filesystem::file_size(segment);
    std::ofstream(segment, std::ios::app) << "unfinished";
    reopen();
    EXPECT_EQ(std::filesystem::file_size(segment), size);
    EXPECT_TRUE(read(entries(alice)[0].id));
}

TEST_F(TransferTest, MakesAMailboxOnce)
{
    auto& transfer = importer_->transfer();
    const auto made = run(transfer.mailbox(account(alice), "Projects/Alpha"));
    ASSERT_TRUE(made);
    EXPECT_EQ(*run(transfer.mailbox(account(alice), "Projects/Alpha")), *made);
    EXPECT_EQ(*run(transfer.mailbox(account(alice), "Inbox")), mailbox(alice));
    const auto all = run(mail().mailboxes(account(alice)));
    ASSERT_TRUE(all);
    EXPECT_EQ(all->back().id, *made);
    EXPECT_EQ(all->back().name, "Projects/Alpha");
    EXPECT_EQ(all->back().role, MailboxRole::own);
    EXPECT_GT(all->back().modseq, 1u);

    for (const std::string& name :
         {std::string(), std::string("a\nb"), std::string("a\x7f"), std::string(256, 'x')})
        EXPECT_EQ(run(transfer.mailbox(account(alice), name)).error(), Errc::invalid) << name;
    EXPECT_TRUE(run(transfer.mailbox(account(alice), std::string(255, 'x'))));
    EXPECT_EQ(run(transfer.mailbox(AccountId{4711}, "x")).error(), Errc::not_found);
}

TEST_F(TransferTest, ListsWhatLeavesInOrder)
{
    auto& transfer = store_->transfer();
    for (unsigned i = 0; i < 5; ++i) {
        auto message = brought(text_of(100 + i, i));
        message.flags = i;
        message.received = Time(std::chrono::seconds(i));
        ASSERT_TRUE(bring(std::move(message)));
    }
    ASSERT_TRUE(run(mail().expunge(account(alice), {entries(alice)[1].id})));
    const auto first = run(transfer.after(account(alice), mailbox(alice), 0, 3));
    ASSERT_TRUE(first);
    ASSERT_EQ(first->size(), 3u);
    EXPECT_EQ((*first)[1].uid, 3u);
    EXPECT_EQ((*first)[1].flags, 2u);
    EXPECT_EQ((*first)[1].size, 102u);
    EXPECT_EQ((*first)[1].received, Time(2s));
    EXPECT_EQ(*read((*first)[1].id), text_of(102, 2));
    const auto rest = run(transfer.after(account(alice), mailbox(alice), first->back().uid, 3));
    ASSERT_TRUE(rest);
    ASSERT_EQ(rest->size(), 1u);
    EXPECT_TRUE(run(transfer.after(account(alice), mailbox(alice), rest->back().uid, 3))->empty());
    EXPECT_EQ(run(transfer.after(account(alice), mailbox("bob@example.org"), 0, 3)).error(), Errc::not_found);
}

TEST_F(TransferTest, KeepsOctetsWhileAnotherProcessReads)
{
    const auto path = options_.directory / "files";
    const auto files = [&] {
        return std::distance(std::filesystem::directory_iterator(path),
                             std::filesystem::directory_iterator());
    };
    ASSERT_TRUE(deliver(text_of(400'000), {alice}));
    ASSERT_TRUE(run(importer_->transfer().lease("export 1", storage::now() + 1h)));
    ASSERT_TRUE(run(importer_->transfer().lease("export 2", storage::now() + 1h)));
    ASSERT_TRUE(run(mail().expunge(account(alice), {entries(alice)[0].id})));
    core().upkeep->run_once();
    EXPECT_EQ(files(), 1);
    ASSERT_TRUE(run(importer_->transfer().lease("export 1", Time{})));
    core().upkeep->run_once();
    EXPECT_EQ(files(), 1);
    ASSERT_TRUE(run(importer_->transfer().lease("export 2", Time{})));
    core().upkeep->run_once();
    EXPECT_EQ(files(), 0);
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
