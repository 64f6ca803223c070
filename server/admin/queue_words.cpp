#include "server/admin/queue_words.hpp"

#include "server/base/ascii.hpp"
#include "server/base/pace_terms.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>
#include <vector>

namespace pillarbox::admin {

std::string_view state_of(const storage::Queued& entry, bool all_held)
{
    if (entry.mail.release_at) return "later";
    if (entry.claimed) return "sending";
    if (entry.held || all_held) return "held";
    return "waiting";
}

std::optional<storage::Time> next_try(const storage::Queued& entry, bool all_held)
{
    if (entry.mail.release_at) return entry.mail.release_at;
    if (entry.held || entry.claimed || all_held) return std::nullopt;
    return entry.due == storage::Time{} ? entry.queued : entry.due;
}

std::string asked_of(const storage::Queued& entry)
{
    using namespace storage;
    std::vector<std::string> asked;
    const MailParameters& mail = entry.mail;
    if (mail.body == BodyKind::eight_bit) asked.emplace_back("BODY=8BITMIME");
    if (mail.smtputf8) asked.emplace_back("SMTPUTF8");
    if (mail.tls == TlsWish::required) asked.emplace_back("REQUIRETLS");
    if (mail.tls == TlsWish::waived) asked.emplace_back("TLS-Required:No");
    if (mail.return_content == ReturnContent::full) asked.emplace_back("RET=FULL");
    if (mail.return_content == ReturnContent::headers) asked.emplace_back("RET=HDRS");
    if (!mail.envelope_id.empty()) asked.push_back("ENVID=" + mail.envelope_id);
    for (const auto& [bit, word] : {std::pair(notify::never, "NEVER"), std::pair(notify::success, "SUCCESS"),
                                    std::pair(notify::failure, "FAILURE"), std::pair(notify::delay, "DELAY")})
        if ((entry.rcpt.notify & bit) != 0) asked.push_back(std::string("NOTIFY=") + word);
    if (!entry.rcpt.original_recipient.empty()) asked.push_back("ORCPT=" + entry.rcpt.original_recipient);
    return fmt::format("{}", fmt::join(asked, " "));
}

std::string pace_reason(const storage::Queued& entry, const Config::Outbound& outbound, storage::Time now)
{
    if (outbound.mode == Config::Outbound::Mode::hold || entry.held || entry.claimed) return {};
    if (entry.mail.release_at || entry.due > now) return {};
    const std::size_t at = entry.recipient.rfind('@'); // as the store has destinations
    const auto domain = ascii::to_lower(std::string_view(entry.recipient).substr(at + 1));
    const Lane lane = PaceTerms(outbound).lane_of(domain);
    if (lane.per_minute == 0) return {};
    return fmt::format("no more than {} {} a minute {} to {}", lane.per_minute,
                       lane.per_minute == 1 ? "message" : "messages", lane.per_minute == 1 ? "goes" : "go",
                       lane.name);
}

} // namespace pillarbox::admin
