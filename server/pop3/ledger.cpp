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
        devices_.lost(std::move(visit_));
    } catch (const std::bad_alloc&) { // NOLINT(bugprone-empty-catch)
        // The device seems to have less than it has, which harms nobody.
    }
}

void Ledger::open(storage::Visit visit)
{
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
    visit_.fetched.resize(std::exchange(counting_, 0));
    // Mostly a client looks, finds nothing new, and goes: that writes nothing.
    if (visit_.fetched.empty() && deleted.empty()) co_return boost::system::in_place_value;
    storage::Visit visit = std::exchange(visit_, {});
    const auto written = co_await devices_.quit(std::move(visit), std::move(deleted));
    co_return written;
}

} // namespace pillarbox::pop3
