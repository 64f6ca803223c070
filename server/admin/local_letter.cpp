#include "server/admin/local_letter.hpp"

#include "server/admin/sysexits.hpp"
#include "server/base/ascii.hpp"
#include "server/mime/address_list.hpp"
#include "server/mime/header.hpp"
#include "server/transfer/line_ends.hpp"

#include <algorithm>
#include <utility>

namespace pillarbox::admin {

namespace {

/// What stands before a line of one dot.
std::string_view up_to_dot(std::string_view input)
{
    for (std::size_t begin = 0; begin < input.size();) {
        const auto end = std::min(input.find('\n', begin), input.size());
        std::string_view line = input.substr(begin, end - begin);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line == ".") return input.substr(0, begin);
        begin = end + 1;
    }
    return input;
}

std::string_view without_mbox_line(std::string_view input)
{
    if (!input.starts_with("From ")) return input;
    const auto end = input.find('\n');
    return end == std::string_view::npos ? std::string_view() : input.substr(end + 1);
}

bool has_bare_return(std::string_view text)
{
    for (auto at = text.find('\r'); at != std::string_view::npos; at = text.find('\r', at + 1))
        if (text.substr(at, 2) != "\r\n") return true;
    return false;
}

/// RFC 5322 §3.6.6: fields of who sends it once more come before the first ones.
std::vector<std::string> recipients_in(std::string_view text)
{
    const mime::Header header(text.substr(0, mime::most_header_octets));
    const auto named = [&header](std::string_view prefix) {
        std::vector<std::string> addresses;
        for (const mime::Field& field : header.fields()) {
            std::string_view name = field.name;
            if (!ascii::starts_with(name, prefix)) continue;
            name.remove_prefix(prefix.size());
            if (!ascii::equal(name, "To") && !ascii::equal(name, "Cc") && !ascii::equal(name, "Bcc"))
                continue;
            for (const mime::Address& one : mime::parse_address_list(field.body).addresses)
                addresses.push_back(one.address.empty() ? one.name : one.address);
        }
        return addresses;
    };
    auto again = named("Resent-");
    return again.empty() ? named("") : again;
}

} // namespace

LocalLetter make_letter(std::string_view input, bool dots_are_text, mailflow::SubmissionHeader::Fill fill)
{
    input = without_mbox_line(dots_are_text ? input : up_to_dot(input));
    std::string wire;
    transfer::ToWire line_ends;
    line_ends.append(input, wire);
    line_ends.finish(wire);
    if (wire.find('\0') != std::string::npos)
        throw Refused(Sysexit::data_error, "there is a NUL in the message: encode binary data");
    if (has_bare_return(wire))
        throw Refused(Sysexit::data_error, "there is a CR within a line of the message: encode binary data");

    LocalLetter letter;
    letter.recipients = recipients_in(wire);
    mailflow::SubmissionHeader header(std::move(fill));
    header.feed(wire, letter.text);
    header.finish(letter.text);
    return letter;
}

std::string from_field(std::string_view full_name, const std::string& address)
{
    if (full_name.empty()) return address;
    std::string quoted; // quoted-string, RFC 5322 §3.2.4
    for (const char c : full_name) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += static_cast<unsigned char>(c) < ' ' || c == 0x7f ? ' ' : c;
    }
    return '"' + quoted + "\" <" + address + '>';
}

} // namespace pillarbox::admin
