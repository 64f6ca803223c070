#include "server/mailflow/index_text.hpp"

#include "server/base/ascii.hpp"
#include "server/mime/characters.hpp"
#include "server/mime/encoded_word.hpp"
#include "server/mime/header.hpp"
#include "server/mime/html_text.hpp"
#include "server/mime/scanner.hpp"
#include "server/mime/view.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace pillarbox::mailflow {

namespace {

constexpr std::size_t piece_octets = std::size_t{256} << 10;
constexpr std::size_t most_part_octets = 2 * most_index_text; // as they came, of one part
constexpr std::size_t most_field_text = std::size_t{4} << 10; // of one field
constexpr std::size_t most_inner_header = std::size_t{16} << 10;
constexpr std::size_t most_names = std::size_t{16} << 10; // of one list of addresses or file names
// A plain text as short as this beside HTML often only says that there is HTML.
constexpr std::size_t stub_octets = 256;

// Found by operators of their own.
constexpr std::array<std::string_view, 5> own_fields{"subject", "from", "to", "cc", "list-id"};

/// Keys and signatures are no words, and every message has others.
bool is_noise(std::string_view name)
{
    return name.ends_with("-signature") || name == "arc-seal" || name == "autocrypt" || name == "face" ||
           name == "x-face" || name.starts_with("x-ms-exchange-") ||
           name == "x-microsoft-antispam-message-info";
}

void add_line(std::string& text, std::string_view line, std::size_t most)
{
    if (line.empty() || text.size() >= most) return;
    if (!text.empty()) text += '\n';
    auto room = std::min(line.size(), most - text.size());
    while (room > 0 && room < line.size() && (static_cast<unsigned char>(line[room]) & 0xC0) == 0x80)
        --room; // characters stay whole
    text += line.substr(0, room);
}

std::string addresses_text(const mime::AddressList& list)
{
    std::string text;
    for (const auto& address : list.addresses) {
        add_line(text, address.name, most_names);
        add_line(text, address.address, most_names);
    }
    for (const auto& group : list.groups)
        add_line(text, group, most_names);
    return text;
}

mime::Structure scan_pieces(const storage::Octets& message)
{
    mime::Scanner scanner;
    const auto end = std::min(message.size(), most_indexed_octets);
    for (std::uint64_t at = 0; at < end;) {
        const auto piece =
            message.read(at, static_cast<std::size_t>(std::min<std::uint64_t>(piece_octets, end - at)));
        if (piece.empty()) break; // damaged: what there is so far is better than nothing
        scanner.feed(piece);
        at += piece.size();
    }
    return scanner.finish();
}

/// Goes over the parts and gathers what is read in them.
class Gatherer
{
public:
    Gatherer(const storage::Octets& message, const mime::Structure& structure, storage::MessageText& text)
        : message_(message), structure_(structure), text_(text)
    {}

    void run()
    {
        for (const auto& part : structure_.parts) {
            if (text_.body.size() >= most_index_text) return;
            if (part.is("message", "rfc822")) add_inner_header(part);
            if (part.type != "text" || !part.children.empty()) continue;
            if (part.subtype == "html")
                add_html(part);
            else if (part.subtype == "plain" || part.disposition != "attachment")
                add(text_of(part));
        }
    }

private:
    std::string text_of(const mime::Part& part) const
    {
        return mime::decode_text_part(part, read(part.body_begin, part.size()));
    }

    std::string read(std::uint64_t offset, std::uint64_t octets) const
    {
        std::string whole;
        auto left = static_cast<std::size_t>(std::min<std::uint64_t>(octets, most_part_octets));
        while (left > 0) {
            const auto piece = message_.read(offset + whole.size(), std::min(left, piece_octets));
            if (piece.empty()) break;
            whole += piece;
            left -= std::min(left, piece.size());
        }
        return whole;
    }

    void add(std::string_view text) { add_line(text_.body, text, most_index_text); }

    /// Beside a plain text that says the same, HTML adds nothing.
    void add_html(const mime::Part& part)
    {
        if (part.parent >= 0) {
            const auto& parent = structure_.parts[static_cast<std::size_t>(part.parent)];
            const auto says_it = [this](std::uint32_t child) {
                const auto& other = structure_.parts[child];
                return other.is("text", "plain") && other.size() > stub_octets;
            };
            if (parent.subtype == "alternative" && std::ranges::any_of(parent.children, says_it)) return;
        }
        add(mime::html_to_text(text_of(part), most_index_text));
    }

    /// `part` is a whole message: what it holds are its children.
    void add_inner_header(const mime::Part& part)
    {
        const auto octets = read(part.body_begin, std::min<std::uint64_t>(part.size(), most_inner_header));
        const mime::Header header(octets);
        for (const auto* name : {"Subject", "From", "To"})
            add(mime::decode_text(header.value(name)));
    }

    const storage::Octets& message_;
    const mime::Structure& structure_;
    storage::MessageText& text_;
};

void add_fields(const mime::Header& header, storage::MessageText& text)
{
    std::size_t room = most_index_fields;
    for (const auto& field : header.fields()) {
        const std::string name = ascii::to_lower(field.name);
        if (std::ranges::find(own_fields, name) != own_fields.end() || is_noise(name)) continue;
        auto value = mime::decode_text(mime::unfold(mime::trim(field.body.substr(0, most_field_text))));
        const auto octets = name.size() + value.size();
        if (octets > room) return;
        room -= octets;
        text.fields.emplace_back(name, std::move(value));
    }
}

} // namespace

storage::MessageText IndexText::extract(const storage::Octets& message) const
{
    const mime::Structure structure = scan_pieces(message);
    const mime::View seen = mime::view(structure);
    const mime::Header header(structure.header);

    storage::MessageText text;
    text.subject = seen.subject;
    text.from = addresses_text(seen.from);
    text.to = addresses_text(seen.to);
    text.cc = addresses_text(seen.cc);
    text.list = mime::decode_text(header.value("List-Id"));
    for (const auto& attachment : seen.attachments) {
        const auto& given = structure.parts[attachment.part].name;
        if (!given.empty()) add_line(text.filenames, given, most_names);
    }
    text.attachments = std::ranges::any_of(seen.attachments, mime::is_file);
    text.message_id = seen.message_id;
    text.references = seen.references;
    if (!seen.in_reply_to.empty() &&
        std::ranges::find(text.references, seen.in_reply_to) == text.references.end())
        text.references.push_back(seen.in_reply_to);
    add_fields(header, text);
    Gatherer(message, structure, text).run();
    return text;
}

} // namespace pillarbox::mailflow
