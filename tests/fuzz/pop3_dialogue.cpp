// Whatever a server says, whole or in pieces, gives the same messages and the
// same end, and nothing is kept of it but the list and a piece.

#include "server/transfer/pop3_dialogue.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

using namespace pillarbox::transfer;

namespace {

using Kind = Pop3Dialogue::Kind;

void check(bool good)
{
    if (!good) std::abort();
}

/// All that was sent and told.
struct Outcome
{
    std::string sent;
    std::string told;
};

Outcome converse(std::string_view server, std::size_t piece, bool start_tls)
{
    Outcome outcome;
    Pop3Dialogue dialogue("user", "password", start_tls);
    for (;;) {
        const auto event = dialogue.next();
        if (event.kind == Kind::more) {
            outcome.sent += dialogue.take_output();
            if (server.empty()) return outcome;
            dialogue.feed(server.substr(0, piece));
            server.remove_prefix(std::min(piece, server.size()));
            continue;
        }
        if (event.kind != Kind::text) outcome.told += static_cast<char>('0' + static_cast<int>(event.kind));
        outcome.told += event.text;
        if (event.kind == Kind::secure) dialogue.secured();
        if (event.kind == Kind::text) check(!event.text.empty() && dialogue.current() > 0);
        if (event.kind == Kind::listed) {
            for (std::size_t number = 1; number <= std::min<std::size_t>(dialogue.messages().size(), 8);
                 ++number) {
                check(!dialogue.messages()[number - 1].unique_id.empty());
                dialogue.retrieve(number);
            }
        }
        const bool over =
            event.kind == Kind::listed || event.kind == Kind::end || event.kind == Kind::refused;
        if (over && dialogue.outstanding() == 0) dialogue.quit();
        if (event.kind == Kind::done || event.kind == Kind::failed) {
            outcome.sent += dialogue.take_output();
            return outcome;
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const std::size_t piece = (data[0] >> 1) + 1u;
    const bool start_tls = (data[0] & 1) != 0;
    const std::string_view server(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto whole = converse(server, server.size() + 1, start_tls);
    const auto pieces = converse(server, piece, start_tls);
    // How much has come before TLS begins is a matter of the pieces.
    if (!start_tls) check(whole.told == pieces.told && whole.sent == pieces.sent);
    return 0;
}
