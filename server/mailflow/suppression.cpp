#include "server/mailflow/suppression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace pillarbox::mailflow {

SuppressionTerms suppression_terms(const Config& config)
{
    return {config.outbound.suppress_after, config.outbound.suppress_for};
}

bool says_dead(std::string_view status)
{
    static constexpr std::array<std::string_view, 4> known{
        "5.1.1",  // no such mailbox
        "5.1.6",  // it has moved, and nobody knows whereto
        "5.1.10", // its domain takes no mail
        "5.2.1",  // it is disabled
    };
    return std::ranges::find(known, status) != known.end();
}

boost::asio::awaitable<storage::Result<std::optional<std::string>>>
suppression_of(storage::DeadAddresses& dead, SuppressionTerms terms, std::string address)
{
    if (terms.after == 0) co_return std::optional<std::string>();
    const auto found = co_await dead.find(address);
    if (!found) co_return found.error();
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (!*found || (*found)->failures < terms.after || (*found)->last < terms.since(now))
        co_return std::optional<std::string>();
    const std::chrono::year_month_day last(std::chrono::floor<std::chrono::days>((*found)->last));
    co_return fmt::format(
        "there is no mailbox {}: its server said so {} times in a row, last on {}-{:02}-{:02}; "
        "if there is one now, an administrator lets mail go there again with 'pillarbox "
        "suppressed lift {}'",
        address, (*found)->failures, int(last.year()), unsigned(last.month()), unsigned(last.day()), address);
}

} // namespace pillarbox::mailflow
