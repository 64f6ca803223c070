#include "server/pop3/ledger.hpp"

#include <chrono>
#include <new>
#include <utility>

namespace pillarbox::pop3 {

Ledger::~Ledger()
{
    visit_.fetched.resize(counting_);
    if (visit_.fetched.empty()) return;
    try {
        devices_.note(std::move(visit_));
    } catch (const std::bad_alloc&) { // NOLINT(bugprone-empty-catch)
        // The device seems to have less than it has, which harms nobody.
    }
}

void Ledger::open(storage::Visit visit, bool removes_fetched)
{
    removes_fetched_ = removes_fetched;
    visit_ = std::move(visit);
    devices_.signed_in(visit_);
}

void Ledger::retrieved(std::uint32_t uid)
{
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    visit_.fetched.push_back({.uid = uid, .at = now});
}

awaitable<storage::Result<void>> Ledger::quit(std::vector<storage::MessageId> deleted)
{
    // Mostly a client fetches what is new, or nothing, and leaves it here: it
    // need not wait for a commit that promises it nothing.
    const bool mail_goes = !deleted.empty() || (removes_fetched_ && counting_ > 0);
    if (!mail_goes) co_return boost::system::in_place_value;
    visit_.fetched.resize(std::exchange(counting_, 0));
    storage::Visit visit = std::exchange(visit_, {});
    const auto written = co_await devices_.quit(std::move(visit), std::move(deleted));
    co_return written;
}

} // namespace pillarbox::pop3
