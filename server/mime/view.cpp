#include "server/mime/view.hpp"

#include "server/mime/characters.hpp"
#include "server/mime/charset.hpp"
#include "server/mime/encoded_word.hpp"
#include "server/mime/header.hpp"

#include <algorithm>
#include <array>

namespace pillarbox::mime {

namespace {

constexpr std::size_t longest_subject = 998;
constexpr std::size_t most_read_references = 100;

struct Extension
{
    std::string_view type;
    std::string_view extension;
};

// For parts that give no name.
constexpr std::array<Extension, 14> extensions{{{"text/plain", ".txt"},
                                                {"text/html", ".html"},
                                                {"text/calendar", ".ics"},
                                                {"text/vcard", ".vcf"},
                                                {"text/csv", ".csv"},
                                                {"image/png", ".png"},
                                                {"image/jpeg", ".jpg"},
                                                {"image/gif", ".gif"},
                                                {"image/webp", ".webp"},
                                                {"application/pdf", ".pdf"},
                                                {"application/zip", ".zip"},
                                                {"application/pkcs7-signature", ".p7s"},
                                                {"application/pgp-signature", ".asc"},
                                                {"message/rfc822", ".eml"}}};

AddressList addresses(const Header& header, std::string_view name)
{
    const Field* field = header.find(name);
    return field == nullptr ? AddressList{} : parse_address_list(field->body);
}

std::string name_for(const Part& part, std::string_view type)
{
    if (!part.name.empty()) return part.name;
    const auto known = std::find_if(extensions.begin(), extensions.end(),
                                    [type](const Extension& e) { return e.type == type; });
    const std::string_view kind = type == "message/rfc822" ? "message-" : "part-";
    return std::string{kind} + part.path + std::string{known == extensions.end() ? ".bin" : known->extension};
}

// Chooses what to read and what to list, going down the tree of parts. Its
// depth is bounded by the scanner, so recursion is.
class Chooser
{
public:
    Chooser(const Structure& structure, View& view) : structure_(structure), view_(view) {}

    void visit(std::uint32_t index, bool related)
    {
        const Part& part = structure_.parts[index];
        if (part.type != "multipart" || part.children.empty()) {
            visit_leaf(index, related);
        } else if (part.subtype == "alternative") {
            visit_alternative(part);
        } else if (part.subtype == "related") {
            visit_related(part);
        } else {
            for (const std::uint32_t child : part.children)
                visit(child, related);
        }
    }

private:
    const Part& at(std::uint32_t index) const { return structure_.parts[index]; }

    void visit_leaf(std::uint32_t index, bool related)
    {
        const Part& part = at(index);
        // A text with a name is a file, unless it is all there is.
        const bool readable = part.disposition != "attachment" && (part.name.empty() || part.parent < 0);
        const bool nothing_yet = !view_.text_part && !view_.html_part;
        // Behind the text that was chosen, more text is listed like a file: it
        // must not vanish, and it is often a footer.
        if (readable && nothing_yet && part.is("text", "plain")) {
            view_.text_part = index;
        } else if (readable && nothing_yet && part.is("text", "html")) {
            view_.html_part = index;
        } else {
            list(index, related);
        }
    }

    // RFC 2046 §5.1.4: the same in several forms. The last one of each kind is
    // the richest; what cannot be read as text or HTML is listed if it is a file.
    void visit_alternative(const Part& part)
    {
        const bool nothing_yet = !view_.text_part && !view_.html_part;
        if (!nothing_yet) {
            for (const std::uint32_t child : part.children)
                visit(child, false);
            return;
        }
        View chosen;
        for (const std::uint32_t child : part.children) {
            View one;
            Chooser{structure_, one}.visit(child, false);
            if (one.text_part) chosen.text_part = one.text_part;
            if (one.html_part) chosen.html_part = one.html_part;
            for (Attachment& attachment : one.attachments) {
                if (is_only_a_form(attachment)) continue;
                chosen.attachments.push_back(std::move(attachment));
            }
        }
        view_.text_part = chosen.text_part;
        view_.html_part = chosen.html_part;
        for (Attachment& attachment : chosen.attachments)
            view_.attachments.push_back(std::move(attachment));
    }

    // Richer or poorer forms of the same text that are not shown, AMP and the like.
    bool is_only_a_form(const Attachment& attachment) const
    {
        const Part& part = at(attachment.part);
        return part.type == "text" && part.subtype != "calendar" && part.disposition != "attachment" &&
               part.name.empty();
    }

    // RFC 2387: one root, the first unless `start` says another, and what it shows.
    void visit_related(const Part& part)
    {
        std::uint32_t root = part.children.front();
        if (!part.start.empty()) {
            const auto named =
                std::find_if(part.children.begin(), part.children.end(),
                             [&](std::uint32_t child) { return at(child).content_id == part.start; });
            if (named != part.children.end()) root = *named;
        }
        visit(root, true);
        for (const std::uint32_t child : part.children) {
            if (child != root) visit(child, true);
        }
    }

    void list(std::uint32_t index, bool related)
    {
        const Part& part = at(index);
        Attachment attachment;
        attachment.part = index;
        attachment.path = part.path;
        attachment.type = media_type(part);
        attachment.name = name_for(part, attachment.type);
        attachment.size = decoded_size_estimate(part.encoding, part.size());
        attachment.content_id = one_line(part.content_id, part.content_id.size());
        attachment.shown_inline = !part.content_id.empty() && part.disposition != "attachment" &&
                                  (related || part.disposition == "inline");
        view_.attachments.push_back(std::move(attachment));
    }

    const Structure& structure_;
    View& view_;
};

} // namespace

bool is_file(const Attachment& attachment)
{
    return !attachment.shown_inline && attachment.type != "application/pgp-signature" &&
           attachment.type != "application/pkcs7-signature" &&
           attachment.type != "application/x-pkcs7-signature";
}

View view(const Structure& structure)
{
    const Header header{structure.header};
    View result;
    result.subject = one_line(decode_text(header.value("Subject")), longest_subject);
    result.from = addresses(header, "From");
    result.sender = addresses(header, "Sender");
    result.reply_to = addresses(header, "Reply-To");
    result.to = addresses(header, "To");
    result.cc = addresses(header, "Cc");
    result.bcc = addresses(header, "Bcc");
    result.date = parse_date(header.value("Date"));
    result.message_id = first_message_id(header.value("Message-ID"));
    result.in_reply_to = first_message_id(header.value("In-Reply-To"));
    result.references = message_ids(header.value("References"), most_read_references);
    result.incomplete = structure.too_deep || structure.too_many || header.faults().beyond_limits();
    if (!structure.parts.empty()) Chooser{structure, result}.visit(0, false);
    return result;
}

std::string decode_text_part(const Part& part, std::string_view octets)
{
    return to_utf8(decode_transfer(part.encoding, octets), part.charset);
}

std::string media_type(const Part& part)
{
    return part.type + "/" + part.subtype;
}

} // namespace pillarbox::mime
