#include "web/api/whole_message.hpp"

#include "server/mailflow/authentication.hpp"
#include "server/mime/characters.hpp"
#include "server/mime/encoded_word.hpp"
#include "server/mime/findings.hpp"
#include "server/mime/header.hpp"
#include "server/mime/html_text.hpp"
#include "server/mime/view.hpp"
#include "server/net/offload.hpp"
#include "web/api/json.hpp"
#include "web/api/rows.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::api {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_value = 4000; // characters of a header field that is shown

json::array describe(const mime::AddressList& people)
{
    json::array list;
    for (const auto& person : people.addresses) {
        json::object item;
        item["name"] = person.name;
        item["address"] = person.address;
        list.push_back(std::move(item));
    }
    return list;
}

json::array describe_headers(const mime::Structure& structure)
{
    json::array list;
    const mime::Header header(structure.header);
    for (const auto& field : header.fields()) {
        json::object item;
        item["name"] = mime::scrub_utf8(field.name);
        item["value"] = mime::one_line(mime::decode_text(field.body), longest_value);
        list.push_back(std::move(item));
    }
    return list;
}

json::object describe(const mailflow::Authentication& found)
{
    json::object object;
    object["spf"] = mime::scrub_utf8(found.spf);
    object["dkim"] = mime::scrub_utf8(found.dkim);
    object["dmarc"] = mime::scrub_utf8(found.dmarc);
    object["domain"] = mime::scrub_utf8(found.domain);
    return object;
}

json::object describe(const junk::Score& score)
{
    json::array reasons;
    for (const auto& reason : score.reasons) {
        json::object item;
        item["name"] = mime::scrub_utf8(reason.name);
        item["weight"] = reason.weight;
        item["text"] = mime::one_line(mime::scrub_utf8(words_of(reason)), longest_value);
        reasons.push_back(std::move(item));
    }
    json::object object;
    object["junk"] = score.fate != junk::Fate::inbox;
    object["score"] = score.total;
    object["reasons"] = std::move(reasons);
    return object;
}

json::object describe(const mime::Part& part)
{
    json::object object;
    object["path"] = part.path;
    object["type"] = mime::scrub_utf8(mime::media_type(part));
    object["charset"] = mime::one_line(mime::scrub_utf8(part.charset), 100);
    object["name"] = mime::scrub_utf8(part.name);
    object["disposition"] = mime::one_line(mime::scrub_utf8(part.disposition), 100);
    object["size"] = mime::decoded_size_estimate(part.encoding, part.size());
    return object;
}

/// The tree of parts; its depth is bounded by mime::most_depth.
json::object describe_tree(const mime::Structure& structure, std::uint32_t index)
{
    const auto& part = structure.parts[index];
    auto object = describe(part);
    json::array children;
    for (const auto child : part.children)
        children.push_back(describe_tree(structure, child));
    object["parts"] = std::move(children);
    return object;
}

json::array describe(const std::vector<mime::Attachment>& attachments)
{
    json::array list;
    for (const auto& attachment : attachments) {
        json::object item;
        item["path"] = attachment.path;
        item["name"] = attachment.name;
        item["type"] = mime::scrub_utf8(attachment.type);
        item["size"] = attachment.size;
        item["inline"] = attachment.shown_inline;
        item["contentId"] = mime::scrub_utf8(attachment.content_id);
        list.push_back(std::move(item));
    }
    return list;
}

json::object describe(const storage::Listed& message, const mime::Structure& structure,
                      std::string_view hostname)
{
    const auto view = mime::view(structure);
    json::object body;
    body["html"] = view.html_part.has_value();
    body["text"] = view.text_part.has_value();
    json::object object;
    object["id"] = format_id(message.id);
    object["mailbox"] = format_id(message.mailbox);
    object["thread"] = name_thread(message);
    object["subject"] = view.subject;
    object["from"] = describe(view.from);
    object["sender"] = describe(view.sender);
    object["replyTo"] = describe(view.reply_to);
    object["to"] = describe(view.to);
    object["cc"] = describe(view.cc);
    object["messageId"] = mime::one_line(view.message_id, longest_value);
    object["date"] = nullptr;
    if (view.date) object["date"] = format_time(view.date->time);
    object["received"] = format_time(message.received);
    object["size"] = message.size;
    object["flags"] = describe_flags(message.flags);
    object["body"] = std::move(body);
    object["attachments"] = describe(view.attachments);
    object["structure"] = describe_tree(structure, 0);
    object["headers"] = describe_headers(structure);
    // Nothing is claimed that was not looked at.
    const auto found = mailflow::authentication_of(mime::Header(structure.header), hostname);
    if (found) object["authentication"] = describe(*found);
    const auto score = mailflow::score_of(mime::Header(structure.header));
    if (score) object["judgement"] = describe(*score);
    object["incomplete"] = view.incomplete || structure.too_deep || structure.too_many;
    object["state"] = std::to_string(message.modseq);
    return object;
}

constexpr std::size_t most_text = std::size_t{256} * 1024; // octets that links and codes are looked for in
constexpr std::size_t small_text = std::size_t{16} * 1024; // octets decoded on the reactor

/// One of the two forms of a message's text, not decoded yet.
struct Form
{
    mime::Part part;
    std::string octets;
};

struct Texts
{
    std::optional<Form> text;
    std::optional<Form> html;

    std::size_t size() const { return (text ? text->octets.size() : 0) + (html ? html->octets.size() : 0); }
};

struct Findings
{
    std::vector<std::string> links;
    std::vector<std::string> codes;
};

/// In the HTML, where there is some: that is what people are shown.
Findings find_in(const Texts& texts)
{
    Findings found;
    std::string text;
    if (texts.text) text = mime::decode_text_part(texts.text->part, texts.text->octets);
    if (texts.html) {
        const auto html = mime::decode_text_part(texts.html->part, texts.html->octets);
        found.links = mime::links_in_html(html);
        if (!texts.text) text = mime::html_to_text(html, most_text);
    }
    if (found.links.empty()) found.links = mime::links_in_text(text);
    found.codes = mime::codes_in_text(text);
    return found;
}

awaitable<storage::Result<std::optional<Form>>> read_form(storage::MessageReader& reader,
                                                          const mime::Structure& structure,
                                                          std::optional<std::uint32_t> index)
{
    std::optional<Form> form;
    if (!index) co_return form;
    const auto& part = structure.parts[*index];
    auto octets = co_await read_range(reader, part.body_begin, part.body_end, most_text);
    if (!octets) co_return octets.error();
    form.emplace(part, std::move(*octets));
    co_return form;
}

awaitable<storage::Result<Findings>> find_in(const Whole& whole, storage::MessageId message,
                                             const mime::Structure& structure)
{
    const auto view = mime::view(structure);
    const auto reader = co_await whole.services.store.mail().open(message);
    if (!reader) co_return reader.error();
    auto text = co_await read_form(**reader, structure, view.text_part);
    if (!text) co_return text.error();
    auto html = co_await read_form(**reader, structure, view.html_part);
    if (!html) co_return html.error();
    Texts texts{std::move(*text), std::move(*html)};
    if (texts.size() <= small_text) co_return find_in(texts);
    auto work = [texts = std::move(texts)] { return find_in(texts); };
    auto found = co_await net::offload(*whole.pool, std::move(work));
    co_return found;
}

json::array describe(const std::vector<std::string>& texts)
{
    json::array list;
    for (const auto& text : texts)
        list.emplace_back(mime::scrub_utf8(text));
    return list;
}

} // namespace

awaitable<storage::Result<json::object>> describe_whole(const Whole& whole, storage::Listed message)
{
    const auto structure = co_await whole.structures->find(whole.services.store.mail(), message.id);
    if (!structure) co_return structure.error();
    const auto found = co_await find_in(whole, message.id, **structure);
    if (!found) co_return found.error();
    auto object = describe(message, **structure, whole.services.hostname);
    object["links"] = describe(found->links);
    object["codes"] = describe(found->codes);
    co_return object;
}

} // namespace pillarbox::api
