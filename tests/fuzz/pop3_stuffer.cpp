// A message sent by RETR, in pieces cut anywhere, comes out of a client's
// unstuffing as it was; TOP's answer is a beginning of RETR's.

#include "server/pop3/reply.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using pillarbox::pop3::reply::Stuffer;

/// Fed in pieces of 1 to `cut` octets.
std::string stuff(Stuffer stuffer, std::string_view message, std::size_t cut)
{
    std::string wire;
    for (std::size_t size = 1; !message.empty(); size = size % cut + 1) {
        const std::string piece(message.substr(0, size));
        wire += stuffer.feed(piece);
        message.remove_prefix(piece.size());
    }
    return wire + stuffer.finish();
}

/// A client's side of RFC 1939 §3; the end must be there, and nothing behind it.
std::string unstuff(std::string_view wire)
{
    std::string message;
    for (;;) {
        const auto end = wire.find("\r\n");
        if (end == std::string_view::npos) std::abort();
        std::string_view line = wire.substr(0, end + 2);
        wire.remove_prefix(line.size());
        if (line == ".\r\n") break;
        if (line.starts_with('.')) line.remove_prefix(1);
        message += line;
    }
    if (!wire.empty()) std::abort();
    return message;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2) return 0;
    const std::size_t cut = data[0] % 16 + 1;
    const std::uint32_t lines = data[1];
    const std::string_view message(reinterpret_cast<const char*>(data) + 2, size - 2);

    std::string expected(message);
    if (!expected.empty() && !expected.ends_with("\r\n")) expected += "\r\n";
    const std::string whole = stuff(Stuffer(), message, cut);
    if (unstuff(whole) != expected) std::abort();

    const std::string top = unstuff(stuff(Stuffer(lines), message, cut));
    if (!expected.starts_with(top)) std::abort();
    if (stuff(Stuffer(lines), message, std::max<std::size_t>(1, message.size())) !=
        stuff(Stuffer(lines), message, 1))
        std::abort();
    return 0;
}
