// What is read as a path, written down and read again is the same path.

#include "server/smtp/path.hpp"

#include <cstdint>
#include <cstdlib>

using namespace pillarbox::smtp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    for (const PathKind kind : {PathKind::reverse, PathKind::forward}) {
        std::string_view rest = input;
        const auto path = take_path(rest, kind);
        if (!path) {
            if (rest != input) std::abort(); // a refused path takes nothing
            continue;
        }
        if (path->domain.ends_with('.') || path->domain.find('@') != std::string::npos) std::abort();
        for (const char c : path->domain)
            if (static_cast<unsigned char>(c) >= 0x80) std::abort(); // A-labels only
        if (path->null() || path->bare()) continue;
        // Quoting anew may need more octets than the limit allows.
        const std::string address = path->address();
        const Path again = parse_mailbox(address);
        if (!again.null() && (again.local_part != path->local_part || again.domain != path->domain))
            std::abort();
        if (again.null() && address.find('"') == std::string::npos) std::abort();
    }
    (void)parse_mailbox(input);
    return 0;
}
