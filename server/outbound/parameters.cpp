#include "server/outbound/parameters.hpp"

#include "server/base/utf8_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace pillarbox::outbound {
namespace {

/// With what is left of the time, in at most nine digits, RFC 2852 §4.
std::string by(const Envelope& envelope)
{
    constexpr std::int64_t most = 999'999'999;
    const auto left = std::clamp<std::int64_t>(envelope.time_left.count(), -most, most);
    const auto& by = *envelope.deliver_by;
    return fmt::format(" BY={};{}{}", left, by.or_return ? 'R' : 'N', by.traced ? "T" : "");
}

/// RFC 3461 §4.1.
std::string notify(std::uint32_t wanted)
{
    if (wanted == storage::notify::never) return " NOTIFY=NEVER";
    std::string words;
    const auto add = [&](std::uint32_t bit, const char* word) {
        if ((wanted & bit) == 0) return;
        words += words.empty() ? " NOTIFY=" : ",";
        words += word;
    };
    add(storage::notify::success, "SUCCESS");
    add(storage::notify::failure, "FAILURE");
    add(storage::notify::delay, "DELAY");
    return words;
}

} // namespace

bool beyond_ascii(const Envelope& envelope)
{
    return utf8::beyond_ascii(envelope.reverse_path) ||
           std::ranges::any_of(envelope.recipients, utf8::beyond_ascii);
}

std::string mail_parameters(const Envelope& envelope, const Extensions& offered, bool eight_bit)
{
    std::string text;
    if (offered.size) text += fmt::format(" SIZE={}", envelope.size);
    if (eight_bit) text += " BODY=8BITMIME";
    if (offered.smtputf8 && beyond_ascii(envelope)) text += " SMTPUTF8"; // RFC 6531 §3.4
    if (envelope.require_tls) text += " REQUIRETLS";
    if (envelope.deliver_by && offered.deliver_by) text += by(envelope);
    if (!offered.dsn) return text;
    // As they came, RFC 3461 §5.2.1.
    if (envelope.return_content == storage::ReturnContent::full) text += " RET=FULL";
    if (envelope.return_content == storage::ReturnContent::headers) text += " RET=HDRS";
    if (!envelope.envelope_id.empty()) text += " ENVID=" + envelope.envelope_id;
    return text;
}

std::string rcpt_parameters(const Envelope& envelope, std::size_t recipient, const Extensions& offered)
{
    if (!offered.dsn || recipient >= envelope.asked.size()) return {};
    const auto& asked = envelope.asked[recipient];
    auto text = notify(asked.notify);
    if (!asked.original_recipient.empty()) text += " ORCPT=" + asked.original_recipient;
    return text;
}

} // namespace pillarbox::outbound
