#include "tests/unit/storage/compaction_test.hpp"
#include "storage/sqlite/backup.hpp"
#include "storage/sqlite/expunge.hpp"
#include "storage/sqlite/restore.hpp"

#include <algorithm>
#include <fstream>
#include <thread>

#include <fcntl.h>

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

TEST_F(CompactionTest, EmptiesSegmentsThatAreMostlyGarbage)
{
    fill();
    const auto all = texts();
    ASSERT_EQ(all.size(), 24u);
    ASSERT_EQ(segments(), 5u);
    core().upkeep->run_once();
    EXPECT_LE(segments(), 3u);
    for (std::int64_t number = 2; number <= 8; number += 2) // the last one was not closed
        EXPECT_FALSE(std::filesystem::exists(segment(number))) << number;
    EXPECT_EQ(texts(), all);
    EXPECT_EQ(verify(), Kinds());
    reopen();
    EXPECT_EQ(texts(), all);
    close();
    EXPECT_EQ(verify(), Kinds());
    reopen();
    ASSERT_TRUE(deliver(text_of(body_octets, 1000), {alice}));
    EXPECT_EQ(texts().size(), 25u);
    EXPECT_EQ(recorder_->errors(), 0u);
}

TEST_F(CompactionTest, GoesOnAsLongAsMailGoes)
{
    Texts all;
    for (int round = 0; round < 8; ++round) {
        fill(30);
        core().upkeep->run_once();
        all = texts();
    }
    std::uint64_t octets = 0;
    for (const auto& [id, text] : all)
        octets += text.size();
    EXPECT_LE(segments(), 2 + octets / 100'000);
    close();
    EXPECT_EQ(verify(), Kinds());
    reopen();
    EXPECT_EQ(texts(), all);
}

TEST_F(CompactionTest, LeavesFullSegmentsAlone)
{
    for (int i = 0; i < 30; ++i)
        ASSERT_TRUE(deliver(text_of(body_octets, seed_++), {alice}));
    const auto all = ids();
    std::vector<MessageId> gone;
    for (std::size_t i = 0; i < all.size(); i += 3)
        gone.push_back(all[i]);
    ASSERT_TRUE(run(mail().expunge(account(alice), gone)));
    const auto kept = place_of(all[1]);
    core().upkeep->run_once();
    EXPECT_EQ(place_of(all[1]).segment, kept.segment);
    EXPECT_EQ(segments(), 3u);
}

TEST_F(CompactionTest, LeavesToHolesWhatTheyGiveBack)
{
    disk_->holes = true;
    underneath_.segment_octets = 2'000'000;
    reopen();
    core().upkeep->stop();
    for (int i = 0; i < 20; ++i)
        ASSERT_TRUE(deliver(text_of(200'000, seed_++), {alice}));
    const auto large = ids();
    fill_and_wait(); // and of the large ones three of five
    ASSERT_TRUE(std::filesystem::exists(segment(2)));
    const auto kept = place_of(large[3]);
    const auto small = ids().back();
    ASSERT_EQ(kept.segment, 2);
    compact();
    EXPECT_EQ(place_of(large[3]).offset, kept.offset);
    EXPECT_EQ(place_of(large[3]).segment, kept.segment);
    EXPECT_TRUE(read(small));
}

TEST_F(CompactionTest, MovesWhatHolesLeave)
{
    disk_->holes = true;
    fill_and_wait();
    const auto all = texts();
    compact();
    give_back();
    EXPECT_LE(segments(), 3u);
    EXPECT_EQ(texts(), all);
    EXPECT_EQ(verify(), Kinds());
}

TEST_F(CompactionTest, LeavesThePlacesToWhoReadsThere)
{
    fill_and_wait();
    const auto all = texts();
    const auto message = ids().front();
    auto reader = core().holds->open_body(); // and has looked for its place, which is not known yet
    const auto before = place_of(message);
    compact();
    give_back();
    const auto after = place_of(message);
    EXPECT_NE(after.segment, before.segment);
    EXPECT_EQ(texts(), all);
    EXPECT_EQ(verify(), Kinds());

    const auto read_there = [&] {
        const sqlite::Descriptor file(::open(segment(before.segment).c_str(), O_RDONLY));
        std::string record(before.record_octets(), '\0');
        if (!file || !sqlite::read_at(file.number(), record, before.offset)) return false;
        const sqlite::Record expected{before.body, static_cast<std::uint32_t>(before.octets),
                                      before.checksum};
        return sqlite::parse_body(record, expected).has_value();
    };
    EXPECT_TRUE(read_there());
    reader->found(before.body);
    give_back();
    EXPECT_TRUE(read_there());
    EXPECT_TRUE(read(message));
    reader.reset();
    give_back();
    EXPECT_FALSE(read_there());
    EXPECT_EQ(texts(), all);
    EXPECT_EQ(verify(), Kinds());
}

TEST_F(CompactionTest, ChangesNothingForAnOpenMaildrop)
{
    fill();
    const auto maildrop = open_maildrop(alice);
    const auto shown = run(maildrop->entries());
    ASSERT_TRUE(shown);
    const auto all = texts();
    std::vector<MessageId> gone;
    for (std::size_t i = 0; i < shown->size(); i += 4)
        gone.push_back((*shown)[i].id);
    ASSERT_TRUE(run(mail().expunge(account(alice), gone)));
    core().upkeep->run_once();
    EXPECT_FALSE(std::filesystem::exists(segment(2)));
    for (const auto& entry : *shown)
        EXPECT_EQ(read(entry.id), all.at(entry.unique_id.text()));
}

TEST_F(CompactionTest, ForgetsTheCopyOfWhatGoesMeanwhile)
{
    fill_and_wait();
    auto all = texts();
    const auto victim = entries(alice).front();
    disk_->before_write = [&] { // the place is known, and the row is not changed yet
        sqlite::Database database(
            {.file = core().layout.database, .mode = sqlite::Database::Mode::writer, .busy = 1s, .vfs = {}});
        database.run("BEGIN IMMEDIATE");
        sqlite::expunge_messages(database, account(alice), {victim.id}, Time{});
        std::int64_t body = 0;
        {
            sqlite::Query row(database, "SELECT body FROM msg WHERE id = ?", victim.id);
            ASSERT_TRUE(row.step());
            body = row.integer(0);
        }
        database.run("DELETE FROM dead");
        database.run("DELETE FROM msg WHERE id = ?", victim.id);
        sqlite::release_body(database, body);
        database.run("COMMIT");
    };
    compact();
    EXPECT_FALSE(disk_->before_write);
    all.erase(victim.unique_id.text());
    EXPECT_EQ(texts(), all);
    EXPECT_EQ(verify(), Kinds()); // both places are garbage
    give_back();
    EXPECT_EQ(verify(), Kinds());
    close();
    EXPECT_EQ(verify(), Kinds());
    reopen();
    EXPECT_EQ(texts(), all);
    EXPECT_EQ(recorder_->errors(), 0u);
}

TEST_F(CompactionTest, LeavesWhatIsDamagedAndSaysSo)
{
    fill_and_wait();
    auto all = texts();
    const auto victim = entries(alice)[1];
    const auto place = place_of(victim.id);
    {
        std::fstream stream(segment(place.segment), std::ios::in | std::ios::out | std::ios::binary);
        stream.seekp(static_cast<std::streamoff>(place.offset + 500));
        stream.put('\x01');
    }
    const auto reports = [this] {
        return std::ranges::count_if(recorder_->events(), [](const Recorder::Event& event) {
            return event.severity == Observer::Severity::error &&
                   event.detail.find("pillarbox verify") != std::string::npos;
        });
    };
    sqlite::Compaction compaction(core());
    for (int i = 0; i < 3; ++i) {
        while (compaction.step()) {
        }
        give_back();
    }
    EXPECT_EQ(reports(), 1);
    EXPECT_TRUE(std::filesystem::exists(segment(place.segment)));
    EXPECT_EQ(place_of(victim.id).offset, place.offset);
    EXPECT_EQ(read(victim.id).error(), Errc::not_found);
    EXPECT_EQ(verify(), Kinds{"body_damaged"});
    for (const auto& entry : entries(alice)) {
        if (entry.id == victim.id) continue;
        EXPECT_EQ(read(entry.id), all.at(entry.unique_id.text()));
        EXPECT_NE(place_of(entry.id).segment, place.segment);
    }
    // Once a repair has put it aside there is nothing to say.
    close();
    verify(true);
    EXPECT_EQ(verify(), Kinds());
    reopen();
    core().upkeep->run_once();
    EXPECT_EQ(reports(), 1);
    all.erase(victim.unique_id.text());
    EXPECT_EQ(texts(), all);
}

TEST_F(CompactionTest, WaitsWhileAnotherProcessReads)
{
    fill();
    const auto kept = ids().front();
    ASSERT_TRUE(run(store_->transfer().lease("test", storage::now() + 60s)));
    const auto before = place_of(kept).segment;
    core().upkeep->run_once();
    EXPECT_EQ(place_of(kept).segment, before);
    ASSERT_TRUE(run(store_->transfer().lease("test", storage::now() - 1s)));
    core().upkeep->run_once();
    EXPECT_NE(place_of(kept).segment, before);
}

TEST_F(CompactionTest, BelievesNoCounterAlone)
{
    fill_and_wait();
    const auto all = texts();
    for (const auto* wrong : {"UPDATE segment SET bodies = 0", "UPDATE segment SET live = 0"}) {
        const auto spoil = [wrong](sqlite::Database& database) -> Result<void> {
            database.run(wrong);
            return boost::system::in_place_value;
        };
        ASSERT_TRUE(sqlite::submit_and_wait(*core().writer, spoil));
        give_back();
        EXPECT_EQ(texts(), all) << wrong;
        close();
        verify(true);
        reopen();
        core().upkeep->stop();
    }
}

TEST_F(CompactionTest, NeedsRoom)
{
    fill_and_wait();
    const auto before = place_of(ids().front()).segment;
    options_.disk_reserve = std::uint64_t{1} << 60;
    reopen();
    core().upkeep->run_once();
    EXPECT_EQ(place_of(ids().front()).segment, before);
    options_.disk_reserve = 0;
    reopen();
    core().upkeep->run_once();
    EXPECT_NE(place_of(ids().front()).segment, before);
}

TEST_F(CompactionTest, EmptiesTheImportersSegmentsToo)
{
    Options options = options_;
    options.access = Options::Access::importer;
    auto importer = sqlite::open_sqlite(options, underneath_);
    for (int i = 0; i < 43; ++i) {
        Brought message;
        message.account = account(alice);
        message.mailbox = mailbox(alice);
        message.received = Time(1'000'000s);
        message.body = importer->mail().new_spool();
        ASSERT_TRUE(message.body->append(text_of(body_octets, seed_++)));
        ASSERT_TRUE(run(importer->transfer().bring(std::move(message))));
    }
    fill(20);
    const auto all = texts();
    ASSERT_TRUE(std::filesystem::exists(segment(1)));
    const auto last = place_of(ids()[15]).segment;
    ASSERT_EQ(last % 2, 1);
    core().upkeep->run_once();
    EXPECT_FALSE(std::filesystem::exists(segment(1)));
    EXPECT_TRUE(std::filesystem::exists(segment(last)));
    EXPECT_EQ(place_of(ids()[15]).segment, last); // it may grow
    EXPECT_EQ(texts(), all);
    EXPECT_EQ(verify(), Kinds());
    importer.reset();
    reopen();
    EXPECT_EQ(texts(), all);
}

TEST_F(CompactionTest, IsFollowedByBackups)
{
    const auto destination = directory_.path() / "backup";
    const auto early = directory_.path() / "early";
    fill_and_wait();
    const auto all = texts();
    sqlite::backup_sqlite(options_, destination, {}, underneath_);
    std::filesystem::copy(destination, early, std::filesystem::copy_options::recursive);
    compact();
    give_back();
    const auto after = sqlite::backup_sqlite(options_, destination, {}, underneath_);
    EXPECT_GE(after.copied, 18 * body_octets);
    EXPECT_LE(after.copied, 20 * body_octets);
    EXPECT_EQ(after.dropped, 4u);
    EXPECT_EQ(after.damaged, 0u);
    ASSERT_TRUE(deliver(text_of(body_octets, seed_++), {alice}));
    const auto again = sqlite::backup_sqlite(options_, destination, {}, underneath_);
    EXPECT_EQ(again.copied, body_octets + sqlite::record_header_octets);
    const auto more = texts();
    for (const auto& [from, expected] : {std::pair(early, all), std::pair(destination, more)}) {
        close();
        const auto restored = sqlite::restore_sqlite(options_, from, {.replace = true}, underneath_);
        EXPECT_EQ(restored.damaged, 0u);
        EXPECT_EQ(verify(), Kinds());
        reopen();
        EXPECT_EQ(texts(), expected);
        core().upkeep->run_once(); // what was restored is half empty, and is emptied
        EXPECT_EQ(texts(), expected);
        EXPECT_EQ(verify(), Kinds());
    }
}

TEST_F(CompactionTest, GoesUnnoticed)
{
    fill();
    std::atomic<bool> done = false;
    std::thread upkeep([&] {
        while (!done)
            core().upkeep->run_once();
    });
    for (int round = 0; round < 30; ++round) {
        const auto all = entries(alice);
        std::vector<MessageId> gone;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto text = read(all[i].id);
            ASSERT_TRUE(text);
            EXPECT_EQ(text->size(), all[i].size);
            if ((i + static_cast<std::size_t>(round)) % 4 == 0) gone.push_back(all[i].id);
        }
        ASSERT_TRUE(run(mail().expunge(account(alice), gone)));
        for (std::size_t i = 0; i < gone.size() + (round % 3); ++i)
            ASSERT_TRUE(deliver(text_of(body_octets, seed_++), {alice}));
    }
    done = true;
    upkeep.join();
    EXPECT_FALSE(std::filesystem::exists(segment(2)));
    EXPECT_EQ(verify(), Kinds());
    EXPECT_EQ(recorder_->errors(), 0u);
}

} // namespace
} // namespace pillarbox::storage
