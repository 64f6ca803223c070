#include "storage/sqlite/spool.hpp"
#include "tests/unit/storage/store_test.hpp"

#include <sqlite3.h>

#include <atomic>
#include <latch>

namespace pillarbox::storage {
namespace {

using WriterOrderTest = StoreTest;

/// Body files whose sync begins when it is let.
struct HeldFiles final : sqlite::Files
{
    sqlite::error_code sync(int file) override
    {
        let.wait();
        const auto error = Files::sync(file);
        synced = true;
        return error;
    }

    std::latch let{1};
    std::atomic<bool> synced = false;
    std::atomic<bool> committed_before = false;
};

/// A body and a row, whose turn lets the body's sync begin: what commits without
/// waiting for that is then ahead of it.
class AheadOfItsBody
{
public:
    AheadOfItsBody(HeldFiles& files, std::unique_ptr<Spool> spool) : files_(&files), spool_(std::move(spool))
    {}

    void write_body(sqlite::BodyStore& bodies)
    {
        bodies.put(static_cast<sqlite::FileSpool&>(*spool_), written_);
    }

    Result<void> operator()(sqlite::Database& database)
    {
        const auto commits = [](void* files) {
            auto& held = *static_cast<HeldFiles*>(files);
            held.committed_before = !held.synced;
            return 0;
        };
        sqlite3_commit_hook(database.handle(), commits, files_);
        database.run("INSERT INTO lease (holder, until) VALUES ('nobody', 0)");
        files_->let.count_down();
        return boost::system::in_place_value;
    }

private:
    HeldFiles* files_;
    std::unique_ptr<Spool> spool_;
    sqlite::BodyStore::Written written_;
};

TEST_F(WriterOrderTest, RunsRowsWhileBodiesSyncAndCommitsAfterwards)
{
    const auto files = std::make_shared<HeldFiles>();
    underneath_.files = files;
    reopen();
    auto spool = mail().new_spool();
    ASSERT_TRUE(spool->append(text_of(20'000)));
    ASSERT_TRUE(run(sqlite::submit(*core().writer, AheadOfItsBody(*files, std::move(spool)), 20'000)));
    EXPECT_TRUE(files->synced);
    EXPECT_FALSE(files->committed_before);
    reopen(); // no row has the body: its octets go
}

} // namespace
} // namespace pillarbox::storage
