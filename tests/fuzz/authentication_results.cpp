// Verdicts with whatever text: a field that begins no other one, and that says
// whose it is. And whatever claims to be one of ours is read to its end.

#include "server/mailauth/dmarc_record.hpp"
#include "server/mailauth/results.hpp"
#include "server/mime/header.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace pillarbox::mailauth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string input(reinterpret_cast<const char*>(data), size);
    const auto field = authentication_results(
        "mail.example.org", {{"spf", "fail", input, {{"smtp.mailfrom", input}}}, {"dmarc", "none", "", {}}});
    const std::string text = field + "\r\n";
    const pillarbox::mime::Header header(text);
    if (header.fields().size() != 1 || header.size() != text.size()) std::abort();
    if (!claims_to_be_from(header.fields().front().body, "mail.example.org")) std::abort();
    (void)claims_to_be_from(input, "mail.example.org");
    const auto read = parse_results(header.fields().front().body);
    if (read.size() != 2 || read[0].result != "fail" || read[1].method != "dmarc") std::abort();
    (void)parse_results(input);

    const auto record = parse_dmarc_record(input);
    if (record && !record->usable && record->policy != DmarcPolicy::none) std::abort();
    const auto walk = dmarc_walk(input);
    if (walk.size() > 8 || walk.empty() != input.empty()) std::abort();
    return 0;
}
