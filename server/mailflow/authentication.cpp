#include "server/mailflow/authentication.hpp"

#include "server/base/ascii.hpp"
#include "server/junk/score_field.hpp"
#include "server/mailauth/results.hpp"

namespace pillarbox::mailflow {

std::optional<Authentication> authentication_of(const mime::Header& header, std::string_view hostname)
{
    for (const auto& field : header.fields()) {
        if (ascii::equal(field.name, "Received")) break;
        if (!ascii::equal(field.name, "Authentication-Results")) continue;
        if (!mailauth::claims_to_be_from(field.body, hostname)) continue;
        Authentication found;
        for (auto& result : mailauth::parse_results(field.body)) {
            if (result.method == "spf") {
                found.spf = result.result;
            } else if (result.method == "dkim") {
                if (found.dkim.empty() || result.result == "pass") found.dkim = result.result;
            } else if (result.method == "dmarc") {
                found.dmarc = result.result;
                if (!result.properties.empty()) found.domain = result.properties.front().second;
            }
        }
        return found;
    }
    return std::nullopt;
}

std::optional<junk::Score> score_of(const mime::Header& header)
{
    for (const auto& field : header.fields()) {
        if (ascii::equal(field.name, "Received")) break;
        if (ascii::equal(field.name, junk::score_field_name)) return junk::parse_score_field(field.body);
    }
    return std::nullopt;
}

} // namespace pillarbox::mailflow
