// A header ends where it says, whatever it holds and however it is cut. The
// first octet is the size of the pieces.

#include "server/net/proxy_header.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using pillarbox::net::ProxyHeader;
    if (size == 0) return 0;
    std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
    ProxyHeader pieces, whole;
    const auto read = [octets](ProxyHeader& header, std::size_t piece) {
        std::string_view rest = octets;
        while (header.state() == ProxyHeader::State::reading) {
            const std::size_t wanted = header.wanted();
            if (wanted == 0 || wanted > 65536 + 16) std::abort();
            const std::size_t taken = std::min({wanted, piece, rest.size()});
            if (taken == 0) break;
            header.feed(rest.substr(0, taken));
            rest.remove_prefix(taken);
        }
        return rest.size();
    };
    const std::size_t left = read(pieces, data[0] + 1u);
    if (!pieces.client().empty() && pieces.state() != ProxyHeader::State::complete) std::abort();
    const std::size_t left_of_whole = read(whole, octets.size() + 1);
    if (whole.state() != pieces.state()) std::abort();
    if (whole.state() != ProxyHeader::State::complete) return 0;
    if (left != left_of_whole || whole.client() != pieces.client()) std::abort();
    return 0;
}
