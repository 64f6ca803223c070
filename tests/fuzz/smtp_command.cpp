// Any line at all, and any argument: nothing but a value or a reply may come
// of it, and what is accepted holds nothing that could break a line.

#include "server/smtp/command.hpp"
#include "server/smtp/xclient.hpp"

#include <cstdint>
#include <cstdlib>

using namespace pillarbox;

namespace {

void check(bool good)
{
    if (!good) std::abort();
}

void check_reply(const smtp::Reply& reply)
{
    const std::string line = smtp::format(reply);
    check(reply.code >= 400 && line.size() <= 512 && line.find('\r') == line.size() - 2);
}

void check_path(const smtp::Path& path)
{
    check(path.address().size() <= 256 + 64); // quoting may add a backslash for each octet
    for (const char c : path.address()) {
        const bool beyond_ascii = static_cast<unsigned char>(c) >= 0x80;
        check(beyond_ascii ? path.utf8 : c >= ' ' && c <= '~');
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const smtp::Command command = smtp::parse_command({text, net::Line::Fault::none});
    if (command.verb == smtp::Verb::malformed) check_reply(command.refusal);

    for (const std::string_view argument : {text, command.argument}) {
        for (const bool offered : {false, true}) {
            const auto mail = smtp::parse_mail(argument, {offered, offered});
            if (mail) check_path(mail->reverse_path);
            if (mail) check(mail->parameters.envelope_id.size() <= 100);
            if (!mail) check_reply(mail.error());
        }
        const auto rcpt = smtp::parse_rcpt(argument, true);
        if (rcpt) check_path(rcpt->forward_path);
        if (rcpt) check(rcpt->parameters.original_recipient.size() <= 500);
        if (!rcpt) check_reply(rcpt.error());
        const auto client = smtp::parse_xclient(argument);
        if (!client) check_reply(client.error());
    }
    return 0;
}
