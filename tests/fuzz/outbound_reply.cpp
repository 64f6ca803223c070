// A reply is the same however its octets arrive, and never beyond its limits.

#include "server/outbound/extensions.hpp"
#include "server/outbound/reply_reader.hpp"

#include <cstdint>
#include <cstdlib>

using namespace pillarbox::outbound;

namespace {

std::string read(std::string_view octets, std::size_t step)
{
    ReplyReader reader;
    std::string all;
    while (!octets.empty() && reader.fault().empty()) {
        octets.remove_prefix(reader.feed(octets.substr(0, step)));
        const auto reply = reader.take();
        if (!reply) continue;
        if (reply->lines.empty() || reply->lines.size() > 200) std::abort();
        all += reply->words() + reply->status();
        (void)parse_extensions(*reply);
    }
    return all + std::string(reader.fault());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    if (read(input, input.size()) != read(input, 3)) std::abort();
    return 0;
}
