#include "server/mime/characters.hpp"
#include "server/mime/scanner.hpp"
#include "server/mime/view.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

// The first octet says in pieces of what size the rest is fed; whole, it must
// give the same parts.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace pillarbox::mime;
    if (size == 0) return 0;
    const std::size_t piece = data[0] % 16U + 1U;
    const std::string_view message{reinterpret_cast<const char*>(data) + 1, size - 1};
    Scanner scanner;
    for (std::size_t at = 0; at < message.size(); at += piece)
        scanner.feed(message.substr(at, piece));
    const Structure in_pieces = scanner.finish();
    const Structure whole = scan(message);

    if (whole.parts.empty() || whole.parts.size() > most_parts || whole.size != message.size()) std::abort();
    if (whole.parts.size() != in_pieces.parts.size() || whole.header != in_pieces.header) std::abort();
    for (std::size_t i = 0; i < whole.parts.size(); ++i) {
        const Part& part = whole.parts[i];
        const Part& same = in_pieces.parts[i];
        if (part.body_begin != same.body_begin || part.body_end != same.body_end || part.path != same.path)
            std::abort();
        if (part.header_begin > part.body_begin || part.body_begin > part.body_end) std::abort();
        if (part.body_end > message.size()) std::abort();
        if (part.parent >= 0) {
            const Part& parent = whole.parts[static_cast<std::size_t>(part.parent)];
            if (part.header_begin < parent.body_begin || part.body_end > parent.body_end) std::abort();
        }
        if (!part.path.empty() && whole.find(part.path) != &part) std::abort();
        if (!is_utf8(decode_text_part(part, message.substr(part.body_begin, part.size())))) std::abort();
    }
    for (const Attachment& attachment : view(whole).attachments) {
        if (attachment.name.empty() || attachment.path.empty() || !is_utf8(attachment.name)) std::abort();
    }
    return 0;
}
