#pragma once

#include "storage/sqlite/compaction.hpp"
#include "storage/sqlite/garbage.hpp"
#include "storage/sqlite/verify.hpp"
#include "tests/unit/storage/store_test.hpp"

#include <atomic>
#include <cerrno>
#include <functional>
#include <map>

namespace pillarbox::storage {

/// A disk that may know no holes, and calls back before an append.
class Disk final : public sqlite::Files
{
public:
    sqlite::error_code write(int file, std::span<iovec> parts, std::uint64_t offset) override
    {
        if (const auto call = std::exchange(before_write, nullptr)) call();
        return Files::write(file, parts, offset);
    }

    sqlite::error_code punch(int file, std::uint64_t offset, std::uint64_t octets) override
    {
        if (holes) return Files::punch(file, offset, octets);
        return {EOPNOTSUPP, boost::system::system_category()};
    }

    std::atomic<bool> holes = false;
    std::function<void()> before_write;
};

/// A store with small segments, most of whose mail goes.
class CompactionTest : public StoreTest
{
public:
    CompactionTest()
    {
        underneath_.files = disk_;
        underneath_.busy = std::chrono::milliseconds(50);
        underneath_.segment_octets = 200'000; // twelve bodies, mostly
        reopen();
    }

    /// Bodies of 18,000 octets, and two of each five stay.
    void fill(int count = 60)
    {
        for (int i = 0; i < count; ++i)
            ASSERT_TRUE(deliver(text_of(body_octets, seed_++), {alice}));
        std::vector<MessageId> gone;
        const auto all = ids();
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (i % 5 < 3) gone.push_back(all[i]);
        }
        ASSERT_TRUE(run(mail().expunge(account(alice), gone)));
    }

    /// As fill(), and from here on nothing happens by itself: all that went is
    /// given back, and nothing is moved yet.
    void fill_and_wait()
    {
        core().upkeep->stop();
        fill();
        const auto bury = [](sqlite::Database& database) -> Result<void> {
            std::vector<std::pair<std::int64_t, std::int64_t>> dead;
            for (sqlite::Query row(database, "SELECT id, body FROM msg WHERE id IN (SELECT msg FROM dead)");
                 row.step();)
                dead.emplace_back(row.integer(0), row.integer(1));
            database.run("DELETE FROM dead");
            for (const auto& [msg, body] : dead) {
                database.run("DELETE FROM msg WHERE id = ?", msg);
                sqlite::release_body(database, body);
            }
            return boost::system::in_place_value;
        };
        ASSERT_TRUE(sqlite::submit_and_wait(*core().writer, bury));
        give_back();
    }

    void give_back()
    {
        while (sqlite::free_garbage(core())) {
        }
        sqlite::remove_segments(core());
    }

    void compact()
    {
        sqlite::Compaction compaction(core());
        while (compaction.step()) {
        }
    }

    std::vector<MessageId> ids()
    {
        std::vector<MessageId> ids;
        for (const auto& entry : entries(alice))
            ids.push_back(entry.id);
        return ids;
    }

    using Texts = std::map<std::string, std::string>;

    /// What alice has, by unique id.
    Texts texts()
    {
        Texts texts;
        for (const auto& entry : entries(alice)) {
            const auto text = read(entry.id);
            EXPECT_TRUE(text) << entry.unique_id.text();
            texts.emplace(entry.unique_id.text(), text ? *text : "");
        }
        return texts;
    }

    std::filesystem::path segment(std::int64_t number)
    {
        return core().layout.segments / sqlite::BodyStore::name_of(number);
    }

    std::size_t segments()
    {
        const std::filesystem::directory_iterator all(options_.directory / "segments");
        return static_cast<std::size_t>(std::distance(all, std::filesystem::directory_iterator()));
    }

    sqlite::Place place_of(MessageId message)
    {
        const auto look = [message](sqlite::Database& database) -> Result<sqlite::Place> {
            sqlite::Query row(database,
                              "SELECT body.id, tier, segment, offset, octets, checksum FROM msg "
                              "JOIN body ON body.id = msg.body WHERE msg.id = ?",
                              message);
            if (!row.step()) return make_error_code(Errc::not_found);
            return sqlite::place_of(row, 0);
        };
        return sqlite::submit_and_wait(*core().readers, look).value();
    }

    /// Kinds of what is wrong, not of what a server that runs is clearing.
    std::vector<std::string> verify(bool repair = false)
    {
        std::vector<std::string> kinds;
        VerifyOptions options;
        options.repair = repair;
        options.found = [&](const Finding& finding) {
            if (finding.wrong) kinds.push_back(finding.kind);
        };
        sqlite::verify_sqlite(options_, options, underneath_);
        return kinds;
    }

    static constexpr auto alice = "alice@example.org";
    static constexpr std::size_t body_octets = 18'000; // even alone they go into segments
    using Kinds = std::vector<std::string>;

    std::shared_ptr<Disk> disk_ = std::make_shared<Disk>();
    unsigned seed_ = 0;
};

} // namespace pillarbox::storage
