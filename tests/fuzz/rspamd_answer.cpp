// Whatever comes back: an answer within bounds, or none.

#include "server/junk/rspamd.hpp"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace pillarbox::junk;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto answer = rspamd::parse_answer({reinterpret_cast<const char*>(data), size}, 5);
    if (!answer) return 0;
    if (answer->refusal.has_value() == !answer->reasons.empty()) std::abort();
    for (const auto& reason : answer->reasons)
        if (!(std::abs(reason.weight) <= 10)) std::abort();
    if (answer->refusal)
        for (const char c : answer->refusal->text)
            if (c < ' ' || c > '~') std::abort();
    return 0;
}
