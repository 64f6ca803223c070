#include "storage/sqlite/indexer.hpp"

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/index_file.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <stdexcept>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

namespace pillarbox::storage::sqlite {
namespace {

using namespace std::chrono_literals;
using Severity = Observer::Severity;

constexpr auto longest_idle = 5s; // what other processes commit nobody tells us
constexpr auto between_two_beginnings = 10min;
constexpr double calm = 50;        // deliveries a second: at that rate it rests as long as it works
constexpr double most_rest = 60;   // times as long
constexpr auto calm_pause = 200ms; // between two looks at how calm it is
constexpr int gone_at_once = 256;
constexpr int swept_at_once = 1000;
constexpr std::size_t most_gone = 100'000; // kept in memory; the next start finds the others
constexpr std::int64_t few_removed = 1000; // not worth compacting
constexpr int compaction_pages = 64;       // in one step

/// Of all that waits for a core, this thread comes last. Not SCHED_IDLE: for
/// moments it holds locks that sessions need, and would keep them too long.
void take_lowest_priority()
{
    constexpr int lowest = 19;
    if (::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), lowest) != 0)
        return; // then it is like others
}

/// A transaction that is undone unless it is committed.
class Transaction
{
public:
    explicit Transaction(Database& database) : database_(database) { database_.run("BEGIN IMMEDIATE"); }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction()
    {
        if (database_.in_transaction())
            sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
    void commit() { database_.run("COMMIT"); }

private:
    Database& database_;
};

/// Whether the error says that the index is not as it was written.
bool says_damaged(const std::exception& error)
{
    if (const auto* sqlite = dynamic_cast<const SQLite::Exception*>(&error))
        return damaged(sqlite->getErrorCode());
    return dynamic_cast<const std::runtime_error*>(&error) != nullptr; // its text cannot be unpacked
}

} // namespace

Indexer::Indexer(Core& core) : core_(core), woken_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (!woken_) throw std::runtime_error("the search has no file descriptor left; allow more (ulimit -n)");
    const std::lock_guard lock(running_);
    guarded([this] { open(); }); // so that there is an index to search in, though an empty one
    thread_ = std::thread([this] { work(); });
}

Indexer::~Indexer()
{
    stop();
}

void Indexer::wake()
{
    ++deliveries_;
    if (!wanted_.exchange(true)) ::eventfd_write(woken_.number(), 1);
}

void Indexer::gone(std::vector<std::int64_t> bodies)
{
    {
        const std::lock_guard lock(gone_mutex_);
        const auto room = most_gone - std::min(most_gone, gone_.size());
        bodies.resize(std::min(bodies.size(), room));
        gone_.insert(gone_.end(), bodies.begin(), bodies.end());
    }
    wake();
}

void Indexer::stop()
{
    {
        const std::lock_guard lock(rest_mutex_);
        stopping_ = true;
    }
    rested_.notify_one();
    ::eventfd_write(woken_.number(), 1);
    if (thread_.joinable()) thread_.join();
    const std::lock_guard running(running_);
    index_.reset();
    mail_.reset(); // the writer closes mail.db last, and leaves no log then
}

void Indexer::work()
{
    take_lowest_priority();
    while (!stopping_) {
        wanted_ = false; // before we look: what comes from now on wakes us again
        {
            const std::lock_guard lock(running_);
            guarded([this] { do_what_there_is(); });
        }
        wait();
    }
}

void Indexer::wait()
{
    pollfd waited{.fd = woken_.number(), .events = POLLIN, .revents = 0};
    const auto most = std::chrono::duration_cast<std::chrono::milliseconds>(longest_idle).count();
    if (::poll(&waited, 1, static_cast<int>(most)) <= 0) return;
    eventfd_t count = 0;
    ::eventfd_read(woken_.number(), &count); // nonblocking; there is nothing to learn from it
}

void Indexer::run_once()
{
    const std::lock_guard lock(running_);
    open();
    while (run_step()) {
    }
}

/// What fails is told once, and tried again later: mail needs no index.
template <class Work>
void Indexer::guarded(Work work)
{
    try {
        work();
        failing_ = false;
    } catch (const std::exception& error) {
        if (!std::exchange(failing_, true))
            core_.report(Severity::warning, "messages cannot be indexed for the search", error.what());
        if (index_ && says_damaged(error)) start_anew();
        index_.reset();
        mail_.reset();
    }
}

void Indexer::do_what_there_is()
{
    if (core_.search_readers->found_damaged()) start_anew();
    if (core_.free_space.lately() < core_.options.disk_reserve)
        throw std::length_error("the disk has no more room than the reserve; free some");
    open();
    while (!stopping_) {
        const auto began = std::chrono::steady_clock::now();
        const auto before = deliveries_.load();
        if (!run_step()) return;
        give_way(deliveries_ - before, std::chrono::steady_clock::now() - began);
    }
}

/// Priorities share cores, and not disks: the more is delivered while this
/// thread works, the longer it rests, until it is calm again.
void Indexer::give_way(std::uint64_t deliveries, std::chrono::steady_clock::duration took)
{
    using Seconds = std::chrono::duration<double>;
    const auto rate = [](std::uint64_t count, Seconds time) {
        return static_cast<double>(count) / std::max(time.count(), 1e-6);
    };
    Seconds rest = took * std::min(rate(deliveries, took) / calm, most_rest);
    std::unique_lock lock(rest_mutex_);
    while (!stopping_ && rest > Seconds::zero()) {
        const auto now = std::min<Seconds>(rest, calm_pause);
        const auto before = deliveries_.load();
        rested_.wait_for(lock, now, [this] { return stopping_.load(); });
        if (rate(deliveries_ - before, now) < calm) return;
        rest -= now;
    }
}

void Indexer::open()
{
    if (index_ && mail_) return;
    mail_ = std::make_unique<Database>(Database::Options{.file = core_.layout.database,
                                                         .mode = Database::Mode::reader,
                                                         .busy = core_.underneath.busy,
                                                         .vfs = core_.underneath.vfs});
    mail_->script("PRAGMA cache_size=-2048");
    std::string why;
    index_ = open_index(core_.files(), core_.layout.index, core_.underneath.vfs, *mail_,
                        core_.options.extractor->version(), why);
    if (!why.empty()) core_.report(Severity::warning, "the search index is made anew", why);
    core_.search_readers->reopen();
}

/// The next open() makes it anew.
void Indexer::start_anew()
{
    const auto at = std::chrono::steady_clock::now();
    if (at < anew_until_) return; // it is not the index that is damaged, or the disk is
    anew_until_ = at + between_two_beginnings;
    core_.report(Severity::warning, "the search index is damaged and is made anew",
                 core_.layout.index.string());
    core_.search_readers->close();
    index_.reset();
    remove_index(core_.layout.index);
    swept_all_ = false;
    swept_ = 0;
}

/// New mail first; false when nothing is left.
bool Indexer::run_step()
{
    return index_batch() || forget_gone() || sweep() || compact();
}

bool Indexer::index_batch()
{
    std::int64_t cursor = 0;
    {
        Query row(*index_, "SELECT cursor FROM state");
        row.step();
        cursor = row.integer(0);
    }
    auto batch = read_batch(core_, *mail_, *index_, cursor, stopping_);
    if (batch.cursor == cursor) return false;
    // Words are put in faster in the order of their ids.
    std::ranges::sort(batch.entries, {},
                      [](const IndexEntry& entry) { return std::pair(entry.received, entry.body); });
    write_batch(batch);
    mark_attachments(batch.with_attachments);
    return true;
}

void Indexer::write_batch(const IndexBatch& batch)
{
    Transaction transaction(*index_);
    for (const auto& entry : batch.entries)
        add_entry(*index_, entry);
    for (const auto& entry : batch.shares)
        share_entry(*index_, entry.body, entry.accounts);
    index_->run("UPDATE state SET cursor = ?", batch.cursor);
    transaction.commit();
}

/// Delivery sees the first octets of a message only; files may come later.
void Indexer::mark_attachments(const std::vector<std::int64_t>& bodies)
{
    if (bodies.empty()) return;
    auto mark = [bodies](Database& database) -> Result<void> {
        for (const auto body : bodies)
            database.run("UPDATE body SET attachments = 1 WHERE id = ?", body);
        return boost::system::in_place_value;
    };
    // Without it a list shows no paper clip; the search finds them all the same.
    static_cast<void>(submit_and_wait(*core_.writer, std::move(mark)));
}

bool Indexer::forget_gone()
{
    std::vector<std::int64_t> bodies;
    {
        const std::lock_guard lock(gone_mutex_);
        const auto some = std::min<std::size_t>(gone_.size(), gone_at_once);
        bodies.assign(gone_.end() - static_cast<std::ptrdiff_t>(some), gone_.end());
        gone_.resize(gone_.size() - some);
    }
    if (bodies.empty()) return false;
    forget(bodies);
    return true;
}

/// Once after each start: what went while nobody listened.
bool Indexer::sweep()
{
    if (swept_all_) return false;
    std::vector<std::int64_t> bodies;
    for (Query row(*index_, "SELECT body FROM doc WHERE body > ? ORDER BY body LIMIT ?", swept_,
                   swept_at_once);
         row.step();)
        bodies.push_back(row.integer(0));
    swept_all_ = bodies.empty();
    if (swept_all_) return false;
    swept_ = bodies.back();
    forget(bodies);
    return true;
}

/// Those of them that no message has.
void Indexer::forget(const std::vector<std::int64_t>& bodies)
{
    std::vector<std::int64_t> unused;
    std::ranges::copy_if(bodies, std::back_inserter(unused), [this](std::int64_t body) {
        return !Query(*mail_, "SELECT 1 FROM msg WHERE body = ? LIMIT 1", body).step();
    });
    if (unused.empty()) return;
    Transaction transaction(*index_);
    for (const auto body : unused)
        remove_entry(*index_, body);
    transaction.commit();
    removed_ += static_cast<std::int64_t>(unused.size());
}

/// Forgotten words take room until the parts of the index are put together.
bool Indexer::compact()
{
    if (removed_ < few_removed && !compacting_) return false;
    if (!compacting_) {
        Query row(*index_, "SELECT count(*) FROM doc");
        row.step();
        if (removed_ < row.integer(0) / 4) return false;
    }
    // A negative number begins to put all of it together, positive ones go on.
    const int pages = compacting_ ? compaction_pages : -compaction_pages;
    const auto before = sqlite3_total_changes64(index_->handle());
    index_->run("INSERT INTO entry (entry, rank) VALUES ('merge', ?)", pages);
    compacting_ = sqlite3_total_changes64(index_->handle()) - before >= 2; // fewer: it is done
    removed_ = 0;
    if (!compacting_) index_->script("PRAGMA incremental_vacuum");
    return compacting_;
}

} // namespace pillarbox::storage::sqlite
