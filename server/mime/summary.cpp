#include "server/mime/summary.hpp"

#include "server/mime/characters.hpp"
#include "server/mime/html_text.hpp"
#include "server/mime/scanner.hpp"
#include "server/mime/view.hpp"

#include <algorithm>

namespace pillarbox::mime {

namespace {

constexpr std::size_t most_subject_characters = 300;
constexpr std::size_t most_preview_characters = 200;
constexpr std::size_t most_address_octets = 320;
// What a preview is looked for in: text says something soon, HTML may have a
// long head.
constexpr std::size_t most_text_octets = std::size_t{16} * 1024;
constexpr std::size_t most_html_octets = std::size_t{128} * 1024;

std::string_view body_of(const Part& part, std::string_view head, std::size_t most)
{
    return head.substr(part.body_begin, std::min<std::uint64_t>(part.size(), most));
}

std::string preview_of(const Structure& structure, const View& seen, std::string_view head)
{
    std::string preview;
    if (seen.text_part) {
        const Part& part = structure.parts[*seen.text_part];
        preview =
            one_line(decode_text_part(part, body_of(part, head, most_text_octets)), most_preview_characters);
    }
    if (preview.empty() && seen.html_part) {
        const Part& part = structure.parts[*seen.html_part];
        const std::string html = decode_text_part(part, body_of(part, head, most_html_octets));
        preview = one_line(html_to_text(html, most_text_octets), most_preview_characters);
    }
    return preview;
}

} // namespace

Summary summarise(std::string_view head)
{
    head = head.substr(0, most_summary_octets);
    const Structure structure = scan(head);
    const View seen = view(structure);

    Summary summary;
    if (!seen.from.addresses.empty()) {
        summary.sender_name = seen.from.addresses.front().name;
        summary.sender_address = seen.from.addresses.front().address;
        if (summary.sender_address.size() > most_address_octets) summary.sender_address.clear();
    }
    summary.subject = one_line(seen.subject, most_subject_characters);
    summary.preview = preview_of(structure, seen, head);
    summary.message_id = seen.message_id;
    summary.thread_key = seen.message_id;
    if (!seen.in_reply_to.empty()) summary.thread_key = seen.in_reply_to;
    if (!seen.references.empty()) summary.thread_key = seen.references.front();
    if (seen.date) summary.date = seen.date->time;
    summary.attachments = std::any_of(seen.attachments.begin(), seen.attachments.end(), is_file);
    return summary;
}

} // namespace pillarbox::mime
