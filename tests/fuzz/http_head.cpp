#include "web/http/head.hpp"
#include "web/http/headers.hpp"
#include "web/http/message.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace pillarbox;

/// Whole or octet by octet, the verdict is the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view octets(reinterpret_cast<const char*>(data), size);
    http::HeadReader whole;
    const auto used = whole.feed(octets);
    http::HeadReader pieces;
    std::size_t fed = 0;
    while (fed < octets.size() && !pieces.done() && !pieces.refusal())
        fed += pieces.feed(octets.substr(fed, 1));
    if (used != fed || whole.done() != pieces.done()) std::abort();
    if (whole.refusal().has_value() != pieces.refusal().has_value()) std::abort();
    if (whole.refusal() && whole.refusal()->status != pieces.refusal()->status) std::abort();

    http::parse_query(octets);
    http::find_cookie(octets, "pillarbox");
    http::etag_matches(octets, "\"a\"");
    http::judge_host(octets, "mail.example.org");
    return 0;
}
