#include "server/mime/transfer.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

// The first octet says in pieces of what size the rest is fed; whole, it must
// decode to the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace pillarbox::mime;
    if (size == 0) return 0;
    const std::size_t piece = data[0] % 16U + 1U;
    const std::string_view octets{reinterpret_cast<const char*>(data) + 1, size - 1};
    for (const Encoding encoding : {Encoding::base64, Encoding::quoted_printable, Encoding::identity}) {
        TransferDecoder decoder{encoding};
        std::string out;
        for (std::size_t at = 0; at < octets.size(); at += piece)
            decoder.feed(octets.substr(at, piece), out);
        decoder.finish(out);
        if (out != decode_transfer(encoding, octets) || out.size() > octets.size()) std::abort();
    }
    return 0;
}
