#include "server/mailflow/authentication.hpp"
#include "server/mime/characters.hpp"
#include "server/mime/encoded_word.hpp"
#include "server/mime/header.hpp"
#include "server/mime/view.hpp"
#include "web/api/content.hpp"
#include "web/api/json.hpp"
#include "web/api/resources.hpp"
#include "web/api/rows.hpp"
#include "web/http/problem.hpp"

#include <boost/json/array.hpp>

#include <memory>
#include <optional>
#include <string>

namespace pillarbox::api {

namespace json = boost::json;

using http::Context;
using http::Response;

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
    object["incomplete"] = view.incomplete || structure.too_deep || structure.too_many;
    object["state"] = std::to_string(message.modseq);
    return object;
}

std::string etag_of(const storage::Listed& message)
{
    return "\"" + std::to_string(message.modseq) + "\"";
}

Response no_such_message(const http::Request& request)
{
    return http::problem(request, 404, "There is no such message. It may have been deleted.");
}

awaitable<Response> show_message(const http::Services& services, Structures& structures,
                                 const Context& context)
{
    auto& mail = services.store.mail();
    const auto id = parse_id(context.parameter("id"));
    if (!id) co_return no_such_message(context.request);
    const auto message = co_await mail.find(context.account(), storage::MessageId(*id));
    if (!message && message.error() == storage::Errc::not_found) co_return no_such_message(context.request);
    if (!message) co_return http::problem(context.request, message.error());
    auto unchanged = not_modified(context.request, etag_of(*message));
    if (unchanged) co_return std::move(*unchanged);
    const auto structure = co_await structures.find(mail, message->id);
    if (!structure) co_return http::problem(context.request, structure.error());
    co_return with_etag(context.request, etag_of(*message),
                        json_response(describe(*message, **structure, services.hostname)));
}

struct Change
{
    std::uint32_t add = 0;
    std::uint32_t remove = 0;

    void set(std::optional<bool> wanted, std::uint32_t flag)
    {
        if (wanted) (*wanted ? add : remove) |= flag;
    }
};

awaitable<Response> change_message(const http::Services& services, const Context& context)
{
    const auto& request = context.request;
    Members members(request);
    Change change;
    change.set(members.flag("seen"), storage::flag::seen);
    change.set(members.flag("flagged"), storage::flag::flagged);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    const auto id = parse_id(context.parameter("id"));
    if (!id) co_return no_such_message(request);

    auto& mail = services.store.mail();
    auto message = co_await mail.find(context.account(), storage::MessageId(*id));
    if (!message && message.error() == storage::Errc::not_found) co_return no_such_message(request);
    if (!message) co_return http::problem(request, message.error());
    const auto expected = request.field("If-Match");
    if (!expected.empty() && !http::etag_matches(expected, etag_of(*message)))
        co_return http::problem(request, 412, "The message was changed elsewhere in the meantime.");
    if (change.add != 0 || change.remove != 0)
        message = co_await mail.set_flags(context.account(), message->id, change.add, change.remove);
    if (!message) co_return http::problem(request, message.error());

    json::object object;
    object["id"] = format_id(message->id);
    object["mailbox"] = format_id(message->mailbox);
    object["flags"] = describe_flags(message->flags);
    object["state"] = std::to_string(message->modseq);
    auto response = json_response(object);
    response.fields.set("ETag", etag_of(*message));
    co_return response;
}

} // namespace

void add_messages(http::Router& router, const http::Services& services,
                  std::shared_ptr<Structures> structures)
{
    router.add("GET", "/api/v1/messages/{id}", http::Access::signed_in,
               [&services, structures](const Context& c) { return show_message(services, *structures, c); });
    router.add("PATCH", "/api/v1/messages/{id}", http::Access::signed_in,
               [&services](const Context& c) { return change_message(services, c); });
}

} // namespace pillarbox::api
