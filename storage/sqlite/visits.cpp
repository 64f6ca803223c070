#include "storage/sqlite/visits.hpp"

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/ledger.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace pillarbox::storage::sqlite {

std::size_t Visits::add(Visit visit)
{
    const std::lock_guard lock(mutex_);
    fetched_ += visit.fetched.size();
    Key key(visit.account, visit.label, visit.mailbox);
    const auto [at, is_new] = visits_.try_emplace(std::move(key), visit);
    if (is_new) return fetched_;
    auto& known = at->second;
    std::ranges::copy(visit.fetched, std::back_inserter(known.fetched));
    if (visit.at < known.at) return fetched_; // an older session that ends after a newer one has begun
    known.at = visit.at;
    known.peer = std::move(visit.peer);
    return fetched_;
}

std::vector<Visit> Visits::take()
{
    decltype(visits_) all;
    {
        const std::lock_guard lock(mutex_);
        all.swap(visits_);
        fetched_ = 0;
    }
    std::vector<Visit> taken;
    for (auto& [key, visit] : all)
        taken.push_back(std::move(visit));
    return taken;
}

std::vector<Visit> Visits::take(AccountId account)
{
    std::vector<Visit> taken;
    const std::lock_guard lock(mutex_);
    auto at = visits_.lower_bound({account, {}, {}});
    while (at != visits_.end() && std::get<AccountId>(at->first) == account) {
        fetched_ -= at->second.fetched.size();
        taken.push_back(std::move(at->second));
        at = visits_.erase(at);
    }
    return taken;
}

Result<void> WriteVisits::operator()(Database& database)
{
    for (const auto& visit : visits)
        record(database, visit);
    return boost::system::in_place_value;
}

void WriteVisits::settle(bool committed)
{
    const auto lost =
        std::ranges::count_if(visits, [](const Visit& visit) { return !visit.fetched.empty(); });
    if (committed || lost == 0) return;
    core.report(Observer::Severity::warning, "what devices have fetched could not be written down",
                std::to_string(lost) + " devices seem not to have it");
}

} // namespace pillarbox::storage::sqlite
