#include "storage/sqlite/watchers.hpp"

#include <boost/asio/post.hpp>
#include <sqlite3.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace pillarbox::storage::sqlite {
namespace {

using namespace std::chrono_literals;

constexpr auto between_looks = 1s; // at what other processes did: nobody tells

std::uint64_t counter_now(Database& database, AccountId account)
{
    Query row(database, "SELECT modseq FROM account WHERE id = ?", account);
    return row.step() ? row.as<std::uint64_t>(0) : 0; // gone: that too is a change
}

/// Another one after each commit of another connection.
std::int64_t version_of(Database& database)
{
    Query row(database, "PRAGMA data_version");
    row.step();
    return row.integer(0);
}

} // namespace

void Watcher::settle_on(const boost::asio::any_io_executor& executor)
{
    const std::lock_guard lock(mutex_);
    if (timer_ && timer_->get_executor() == executor) return;
    timer_.emplace(executor, boost::asio::steady_timer::time_point::max());
    posted_ = false;
}

bool Watcher::woken() const
{
    const std::lock_guard lock(mutex_);
    return woken_;
}

void Watcher::change_woken(bool woken)
{
    const std::lock_guard lock(mutex_);
    woken_ = woken;
}

void Watcher::wake()
{
    const std::lock_guard lock(mutex_);
    woken_ = true;
    if (!timer_ || posted_) return;
    posted_ = true;
    boost::asio::post(timer_->get_executor(), [self = shared_from_this()] {
        {
            const std::lock_guard posted(self->mutex_);
            self->posted_ = false;
        }
        self->timer_->cancel();
    });
}

void Watchers::stop()
{
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Watchers::listen_to(Database& writer)
{
    const auto heard = [](void* self, int what, const char* database, const char* table, sqlite3_int64 row) {
        note(self, what, database, table, row);
    };
    sqlite3_update_hook(writer.handle(), heard, this);
}

void Watchers::note(void* self, int, const char*, const char* table, std::int64_t row)
{
    auto& watchers = *static_cast<Watchers*>(self);
    const std::string_view name(table);
    if (name == "queue") watchers.queue_touched_ = true;
    if (name != "account") return;
    if (!watchers.touched_.empty() && watchers.touched_.back() == row) return;
    try {
        watchers.touched_.push_back(row);
    } catch (...) {
        watchers.forgot_some_ = true;
    }
}

void Watchers::committed()
{
    const std::lock_guard lock(mutex_);
    if (forgot_some_) wake_all();
    forgot_some_ = false;
    if (!watchers_.empty()) {
        std::ranges::sort(touched_);
        touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
        for (const auto account : touched_) {
            const auto [first, last] = watchers_.equal_range(AccountId{account});
            std::for_each(first, last, [](auto& entry) { entry.second->wake(); });
        }
    }
    touched_.clear();
    if (std::exchange(queue_touched_, false)) tell_of_queue();
}

void Watchers::begin_to_watch_others()
{
    if (!thread_.joinable()) thread_ = std::thread([this] { watch_others(); });
}

std::shared_ptr<Watcher> Watchers::add(AccountId account)
{
    auto watcher = std::make_shared<Watcher>();
    {
        const std::lock_guard lock(mutex_);
        watchers_.emplace(account, watcher);
        begin_to_watch_others();
    }
    changed_.notify_all();
    return watcher;
}

void Watchers::remove(AccountId account, const std::shared_ptr<Watcher>& watcher)
{
    const std::lock_guard lock(mutex_);
    const auto [first, last] = watchers_.equal_range(account);
    const auto found = std::find_if(first, last, [&](auto& entry) { return entry.second == watcher; });
    if (found != last) watchers_.erase(found);
}

std::uint64_t Watchers::add_to_queue(std::function<void()> changed)
{
    std::uint64_t number = 0;
    {
        const std::lock_guard lock(mutex_);
        number = next_of_queue_++;
        of_queue_.emplace(number, std::move(changed));
        begin_to_watch_others();
    }
    changed_.notify_all();
    return number;
}

void Watchers::remove_from_queue(std::uint64_t number)
{
    const std::lock_guard lock(mutex_);
    of_queue_.erase(number);
}

void Watchers::tell_of_queue()
{
    for (const auto& [number, changed] : of_queue_)
        changed();
}

void Watchers::wake_all()
{
    for (auto& [account, watcher] : watchers_)
        watcher->wake();
}

void Watchers::watch_others()
{
    std::unique_ptr<Database> database;
    std::optional<std::int64_t> version;
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return stopping_ || somebody_watches(); });
        changed_.wait_for(lock, between_looks, [this] { return stopping_; });
        if (stopping_) return;
        lock.unlock();
        try {
            if (!database) database = std::make_unique<Database>(options_);
            if (const auto now = version_of(*database); version != now) {
                version = now;
                look_at_accounts(*database);
                look_at_queue(*database);
            }
            lock.lock();
        } catch (const std::exception&) {
            // They look for themselves then, and learn what is wrong.
            database.reset();
            version.reset();
            lock.lock();
            wake_all();
            tell_of_queue();
        }
    }
}

void Watchers::look_at_accounts(Database& database)
{
    std::vector<std::pair<AccountId, std::shared_ptr<Watcher>>> watchers;
    {
        const std::lock_guard lock(mutex_);
        watchers.assign(watchers_.begin(), watchers_.end());
    }
    for (const auto& [account, watcher] : watchers) {
        const auto counter = counter_now(database, account);
        if (std::exchange(watcher->seen_, counter) != counter) watcher->wake();
    }
}

Watchers::QueueState Watchers::queue_state(Database& database)
{
    Query row(database,
              "SELECT (SELECT max(id) FROM queue), count(*), sum(due), sum(attempts), sum(held), "
              "sum(claim <> 0) FROM (SELECT due, attempts, held, claim FROM queue ORDER BY id LIMIT 10000)");
    row.step();
    QueueState state{};
    for (int column = 0; column < static_cast<int>(state.size()); ++column)
        state[static_cast<std::size_t>(column)] = row.null(column) ? 0 : row.integer(column);
    return state;
}

void Watchers::look_at_queue(Database& database)
{
    {
        const std::lock_guard lock(mutex_);
        if (of_queue_.empty()) return queue_.reset();
    }
    const auto state = queue_state(database);
    // The first time too: what it was like when the watch began is not known.
    if (std::exchange(queue_, state) == state) return;
    const std::lock_guard lock(mutex_);
    tell_of_queue();
}

} // namespace pillarbox::storage::sqlite
