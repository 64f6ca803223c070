// Whatever the message, and however it is cut: nothing that claims to be ours is
// left in its header section, and nothing else is lost.

#include "server/mailflow/forged_results.hpp"
#include "server/base/ascii.hpp"
#include "server/mailauth/results.hpp"
#include "server/mime/header.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t piece = std::size_t{data[0]} + 1;
    std::string whole, pieces, room;
    pillarbox::mailflow::ForgedResults once("mail.test"), often("mail.test");
    whole += once.feed(input, room);
    room.clear();
    whole += once.finish(room);
    for (std::size_t at = 0; at < input.size(); at += piece) {
        room.clear();
        pieces += often.feed(input.substr(at, piece), room);
    }
    room.clear();
    pieces += often.finish(room);
    if (whole != pieces || whole.size() > input.size()) std::abort();
    const pillarbox::mime::Header header(whole);
    for (const auto& field : header.fields()) {
        if (pillarbox::ascii::equal(field.name, "X-Pillarbox-Junk")) std::abort();
        if (!pillarbox::ascii::equal(field.name, "Authentication-Results")) continue;
        if (pillarbox::mailauth::claims_to_be_from(field.body, "mail.test")) std::abort();
    }
    return 0;
}
