#include "server/outbound/gzip.hpp"

#include <zlib.h>

#include <new>

namespace pillarbox::outbound {

std::string gzip(std::string_view text)
{
    constexpr int as_gzip = 15 + 16; // zlib's way to ask for that form
    constexpr int memory = 8;
    z_stream stream{};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, as_gzip, memory, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::bad_alloc();
    std::string octets(deflateBound(&stream, text.size()), '\0');
    // zlib does not change what it reads.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(octets.data());
    stream.avail_out = static_cast<uInt>(octets.size());
    const int done = deflate(&stream, Z_FINISH);
    octets.resize(stream.total_out);
    deflateEnd(&stream);
    if (done != Z_STREAM_END) throw std::bad_alloc(); // the bound was enough
    return octets;
}

} // namespace pillarbox::outbound
