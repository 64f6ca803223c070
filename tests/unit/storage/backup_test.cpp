#include "storage/sqlite/backup.hpp"
#include "storage/sqlite/backup_folder.hpp"
#include "storage/sqlite/restore.hpp"
#include "storage/sqlite/verify.hpp"
#include "tests/support/failing_files.hpp"
#include "tests/unit/storage/store_test.hpp"

#include <algorithm>
#include <fstream>
#include <map>

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

class BackupTest : public StoreTest
{
public:
    BackupTest() { underneath_.busy = 50ms; }

    BackupSummary backup(const std::filesystem::path& to)
    {
        return sqlite::backup_sqlite(options_, to, {}, underneath_);
    }
    BackupSummary backup() { return backup(destination_); }

    BackupSummary restore(bool replace = true)
    {
        RestoreOptions options;
        options.replace = replace;
        options.found = [this](const Finding& finding) { found_.push_back(finding); };
        return sqlite::restore_sqlite(options_, destination_, options, underneath_);
    }

    std::string failure(const std::function<void()>& call)
    {
        try {
            call();
            return "";
        } catch (const std::runtime_error& error) {
            return error.what();
        }
    }

    /// Of every tier, for both.
    void fill(unsigned seed)
    {
        for (const std::size_t size : {100u, 20'000u, 400'000u}) {
            ASSERT_TRUE(deliver(text_of(size, seed), {alice, bob}));
            ASSERT_TRUE(deliver(text_of(size, seed + 1), {alice}));
        }
    }

    /// What alice and bob have: octets by unique id.
    std::map<std::string, std::string> everything()
    {
        std::map<std::string, std::string> all;
        for (const auto* address : {alice, bob}) {
            for (const auto& entry : entries(address)) {
                const auto text = read(entry.id);
                EXPECT_TRUE(text);
                EXPECT_TRUE(all.emplace(entry.unique_id.text(), text ? *text : "").second)
                    << entry.unique_id.text();
            }
        }
        return all;
    }

    const std::filesystem::path destination_ = directory_.path() / "backup";
    std::vector<Finding> found_;
};

TEST_F(BackupTest, BringsEverythingBackAsItWas)
{
    fill(1);
    std::ofstream(options_.directory / "secret.key") << "a key";
    const auto all = everything();
    const auto made = backup();
    EXPECT_EQ(made.messages, 9u);
    EXPECT_EQ(made.bodies, 6u);
    EXPECT_EQ(made.damaged, 0u);
    close();
    std::filesystem::remove_all(options_.directory);
    const auto restored = restore(false);
    EXPECT_EQ(restored.messages, 9u);
    EXPECT_EQ(restored.made, made.made);
    EXPECT_TRUE(restored.replaced.empty());
    expect_sound();
    reopen();
    EXPECT_EQ(everything(), all);
    EXPECT_EQ(recorder_->errors(), 0u);
    EXPECT_EQ(std::filesystem::file_size(options_.directory / "secret.key"), 5u);
    fill(3);
    EXPECT_EQ(everything().size(), 18u);
    reopen();
    EXPECT_EQ(everything().size(), 18u);
    expect_sound();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(destination_)) {
        const auto wanted = entry.is_directory() ? 0700 : 0600;
        EXPECT_EQ(static_cast<int>(entry.status().permissions()), wanted) << entry.path();
    }
}

TEST_F(BackupTest, CopiesOnlyWhatIsNewAndDropsWhatHasGone)
{
    underneath_.segment_octets = 50'000;
    reopen();
    fill(1);
    const auto first = backup();
    const auto again = backup();
    EXPECT_EQ(again.copied, 0u);
    fill(3);
    const auto more = backup();
    EXPECT_GE(more.copied, 840'000u);
    EXPECT_LE(more.copied, 850'000u);
    EXPECT_LT(first.copied, more.octets);

    std::vector<MessageId> gone;
    for (const auto* address : {alice, bob}) {
        auto all = entries(address);
        gone.clear();
        for (std::size_t i = 0; i + 1 < all.size(); ++i)
            gone.push_back(all[i].id);
        ASSERT_TRUE(run(mail().expunge(account(address), gone)));
    }
    core().upkeep->run_once();
    const auto all = everything();
    const auto less = backup();
    EXPECT_EQ(less.messages, 2u);
    EXPECT_GE(less.dropped, 3u);
    close();
    restore();
    expect_sound();
    reopen();
    EXPECT_EQ(everything(), all);
}

TEST_F(BackupTest, NeverGivesAUniqueIdAgain)
{
    fill(1);
    backup();
    std::map<std::string, std::string> seen = everything();
    std::int64_t highest = 0;
    // Gone back to the same state again and again, each time with other mail behind it.
    for (unsigned round = 2; round < 6; ++round) {
        ASSERT_TRUE(deliver(text_of(100, round), {alice}));
        ASSERT_TRUE(deliver(text_of(20'000, 100 + round), {alice, bob}));
        for (const auto& [unique_id, text] : everything()) {
            const auto [known, first_time] = seen.emplace(unique_id, text);
            EXPECT_EQ(known->second, text) << unique_id << " was used twice";
        }
        const auto newest = entries(alice).back().id;
        EXPECT_GT(static_cast<std::int64_t>(newest), highest);
        const auto changes = run(mail().mailboxes(account(alice)))->front().modseq;
        close();
        restore();
        reopen();
        EXPECT_GT(run(mail().mailboxes(account(alice)))->front().modseq, changes);
        EXPECT_EQ(everything().size(), 9u);
        highest = static_cast<std::int64_t>(newest);
        ASSERT_TRUE(deliver("x", {alice}));
        ASSERT_TRUE(run(mail().expunge(account(alice), {entries(alice).back().id})));
    }
    // A backup of what was restored, into the same place, is one too.
    fill(50);
    const auto all = everything();
    backup();
    close();
    restore();
    expect_sound();
    reopen();
    EXPECT_EQ(everything(), all);
}

TEST_F(BackupTest, MovesAsideWhatItReplaces)
{
    fill(1);
    backup();
    ASSERT_TRUE(deliver("after it", {alice}));
    const auto all = everything();
    EXPECT_NE(failure([&] { restore(); }).find("stop it"), std::string::npos);
    close();
    EXPECT_NE(failure([&] { restore(false); }).find("--replace"), std::string::npos);
    const auto replaced = restore().replaced;
    reopen();
    EXPECT_EQ(everything().size(), all.size() - 1);
    EXPECT_EQ(replaced.parent_path(), std::filesystem::canonical(options_.directory));
    close();
    options_.directory = replaced; // it is a store as before
    expect_sound();
    reopen();
    EXPECT_EQ(everything(), all);
}

TEST_F(BackupTest, RefusesPlacesThatAreNone)
{
    EXPECT_NE(failure([&] { backup(options_.directory / "backup"); }).find("inside"), std::string::npos);
    std::filesystem::create_directory(destination_);
    std::ofstream(destination_ / "something") << "else";
    EXPECT_NE(failure([&] { backup(); }).find("something else"), std::string::npos);
    EXPECT_TRUE(std::filesystem::exists(destination_ / "something"));
    EXPECT_NE(failure([&] { backup(directory_.path() / "a" / "b"); }).find("mounted"), std::string::npos);
    std::filesystem::remove(destination_ / "something");
    backup();
    // Another store's.
    close();
    options_.directory = directory_.path() / "other";
    reopen();
    EXPECT_NE(failure([&] { backup(); }).find("another mail store"), std::string::npos);
    close();
    EXPECT_NE(failure([&] {
                  sqlite::restore_sqlite(options_, directory_.path(), {.replace = true}, underneath_);
              }).find("no backup"),
              std::string::npos);
}

TEST_F(BackupTest, NamesWhatIsDamagedInTheBackup)
{
    damages_ = true;
    fill(1);
    backup();
    const auto flip = [](const std::filesystem::path& path, std::streamoff at) {
        std::fstream stream(path, std::ios::in | std::ios::out | std::ios::binary);
        stream.seekp(at);
        stream.put('\x01');
    };
    flip(destination_ / "segments" / "0000000000000002", 10'000);
    close();
    const auto restored = restore();
    EXPECT_EQ(restored.damaged, 1u);
    ASSERT_EQ(found_.size(), 2u);
    EXPECT_EQ(found_[0].account, alice);
    reopen();
    EXPECT_EQ(read(entries(alice)[2].id).error(), Errc::not_found);
    EXPECT_TRUE(read(entries(alice)[3].id));

    for (const auto& entry : std::filesystem::directory_iterator(destination_)) {
        if (entry.path().filename().string().starts_with("snapshot")) flip(entry.path() / "mail.db", 5'000);
    }
    close();
    EXPECT_NE(failure([&] { restore(); }).find("not what was written"), std::string::npos);
    reopen(); // and nothing was changed
    EXPECT_EQ(entries(alice).size(), 6u);
}

TEST_F(BackupTest, CountsWhatWasDamagedInTheStore)
{
    damages_ = true;
    fill(1);
    std::filesystem::resize_file(core().layout.segments / "0000000000000002", 30'000);
    EXPECT_EQ(backup().damaged, 1u);
}

TEST_F(BackupTest, KeepsTheServerFromGivingOctetsBack)
{
    fill(1);
    const auto all = everything();
    bool removed = false;
    const auto progress = [&](const Progress& at) {
        if (removed || at.doing != "copying messages") return;
        removed = true;
        for (const auto* address : {alice, bob}) {
            std::vector<MessageId> ids;
            for (const auto& entry : entries(address))
                ids.push_back(entry.id);
            ASSERT_TRUE(run(mail().expunge(account(address), ids)));
        }
        core().upkeep->run_once();
    };
    EXPECT_EQ(sqlite::backup_sqlite(options_, destination_, progress, underneath_).damaged, 0u);
    EXPECT_TRUE(removed);
    EXPECT_TRUE(everything().empty());
    core().upkeep->run_once();
    EXPECT_TRUE(std::filesystem::is_empty(core().layout.files)); // the lease has ended
    close();
    restore();
    reopen();
    EXPECT_EQ(everything(), all);
}

TEST_F(BackupTest, InterruptedLeavesTheEarlierOneWhole)
{
    fill(1);
    const auto first = everything();
    backup();
    fill(3);
    const auto second = everything();
    close();
    const auto data = options_.directory;
    const auto faults = std::make_shared<Faults>();
    auto failing = underneath_;
    failing.files = std::make_shared<FailingFiles>(faults);
    failing.vfs = register_failing_vfs(faults);
    bool failed = true;
    std::size_t fails = 0;
    for (std::size_t n = 1; failed; ++n) {
        SCOPED_TRACE(n);
        ASSERT_LT(n, 300u);
        const auto copy = directory_.path() / "copy";
        std::filesystem::copy(destination_, copy, std::filesystem::copy_options::recursive);
        faults->arm(n, EIO, true);
        const auto why = failure([&] { sqlite::backup_sqlite(options_, copy, {}, failing); });
        failed = faults->disarm();
        EXPECT_EQ(failed, !why.empty()) << why;
        fails += failed;
        options_.directory = directory_.path() / "elsewhere";
        sqlite::restore_sqlite(options_, copy, {}, underneath_);
        expect_sound();
        reopen();
        const auto all = everything();
        EXPECT_TRUE(all == first || all == second);
        close();
        std::filesystem::remove_all(options_.directory);
        options_.directory = data;
        // And it can be done again.
        backup(copy);
        std::filesystem::remove_all(copy);
    }
    EXPECT_GE(fails, 15u);
}

TEST_F(BackupTest, AnInterruptedRestoreLosesNothing)
{
    fill(1);
    const auto first = everything();
    backup();
    fill(3);
    const auto second = everything();
    close();
    const auto data = options_.directory;
    const auto faults = std::make_shared<Faults>();
    auto failing = underneath_;
    failing.files = std::make_shared<FailingFiles>(faults);
    failing.vfs = register_failing_vfs(faults);
    bool failed = true;
    std::size_t refused = 0;
    for (std::size_t n = 1; failed; ++n) {
        SCOPED_TRACE(n);
        ASSERT_LT(n, 300u);
        options_.directory = directory_.path() / "copy";
        std::filesystem::copy(data, options_.directory, std::filesystem::copy_options::recursive);
        faults->arm(n, EIO, true);
        const auto why =
            failure([&] { sqlite::restore_sqlite(options_, destination_, {.replace = true}, failing); });
        failed = faults->disarm();
        EXPECT_EQ(failed, !why.empty()) << why;
        // As it was, or as restored, or it says that the restore must be done again.
        const auto start = failure([&] { reopen(); });
        if (start.empty()) {
            const auto all = everything();
            EXPECT_TRUE(all == first || all == second);
            close();
        } else {
            ++refused;
            EXPECT_NE(start.find("run it again"), std::string::npos) << start;
            bool aside = false;
            for (const auto& entry : std::filesystem::directory_iterator(options_.directory))
                aside = aside || std::filesystem::exists(entry.path() / "mail.db");
            EXPECT_TRUE(aside);
        }
        restore();
        expect_sound();
        reopen();
        EXPECT_EQ(everything(), first);
        close();
        std::filesystem::remove_all(options_.directory);
    }
    options_.directory = data;
    EXPECT_GE(refused, 2u);
}

TEST(Manifest, IsReadAsItWasWritten)
{
    sqlite::Manifest manifest{.store = "0123", .snapshot = "snapshot-1", .made = Time(7s), .schema = 4};
    manifest.messages = 5;
    manifest.files = {{"mail.db", 10, 0xdeadbeef}, {"secret.key", 32, 1}};
    const auto text = sqlite::write_manifest(manifest);
    EXPECT_EQ(sqlite::parse_manifest(text), manifest);
    for (std::size_t i = 0; i < text.size(); ++i) {
        EXPECT_FALSE(sqlite::parse_manifest(text.substr(0, i))) << i;
        auto other = text;
        other[i] = static_cast<char>(other[i] ^ 1);
        EXPECT_FALSE(sqlite::parse_manifest(other)) << i;
    }
    for (const auto* name : {"", "..", "a/b", ".hidden", "with space", "line\nend"})
        EXPECT_FALSE(sqlite::usable_file_name(name)) << name;
}

} // namespace
} // namespace pillarbox::storage
