#include "server/base/ascii.hpp"
#include "web/api/cursor.hpp"
#include "web/api/json.hpp"
#include "web/api/list_page.hpp"
#include "web/api/resources.hpp"
#include "web/api/rows.hpp"
#include "web/http/problem.hpp"
#include "web/http/secret.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace pillarbox::api {

namespace json = boost::json;

using http::awaitable;
using http::Context;
using http::Response;

namespace {

std::string etag_of(const storage::Mailbox& mailbox)
{
    return "W/\"" + std::to_string(mailbox.modseq) + "\"";
}

awaitable<Response> list_mailboxes(const http::Services& services, const Context& context)
{
    const auto mailboxes = co_await services.store.mail().mailboxes(context.account());
    if (!mailboxes) co_return http::problem(context.request, mailboxes.error());
    std::string states;
    json::array items;
    for (const auto& mailbox : *mailboxes) {
        states += format_id(mailbox.id) + "=" + std::to_string(mailbox.modseq) + " " + mailbox.name + "\n";
        items.push_back(describe_mailbox(mailbox));
    }
    json::object object;
    object["items"] = std::move(items);
    const std::string etag = "W/\"" + http::sha256(states).substr(0, 24) + "\"";
    co_return with_etag(context.request, etag, json_response(object));
}

awaitable<Response> show_mailbox(const http::Services& services, const Context& context)
{
    const auto mailboxes = co_await services.store.mail().mailboxes(context.account());
    if (!mailboxes) co_return http::problem(context.request, mailboxes.error());
    const auto* mailbox = find_mailbox(*mailboxes, context.parameter("id"));
    if (!mailbox) co_return http::problem(context.request, 404, "There is no such mailbox.");
    co_return with_etag(context.request, etag_of(*mailbox), json_response(describe_mailbox(*mailbox)));
}

struct AskedPage
{
    PageWish wanted;
    std::vector<http::FieldError> errors;
};

AskedPage parse_wanted(const Context& context, const storage::Mailbox& mailbox, std::string_view key)
{
    AskedPage asked;
    const auto query = http::parse_query(context.request.query);
    if (!query) {
        asked.errors.push_back({"", "The query is malformed."});
        return asked;
    }
    static_cast<ListWish&>(asked.wanted) = read_list_wish(*query, {"position", "cursor"}, asked.errors);
    const auto position = parameter(*query, "position");
    const auto cursor = parameter(*query, "cursor");
    if (position && cursor) asked.errors.push_back({"/position", "Give either cursor or position."});
    if (position) {
        const auto number = ascii::parse_number<std::uint32_t>(*position);
        if (!number) asked.errors.push_back({"/position", "This must be a number."});
        asked.wanted.position = number.value_or(0);
    }
    if (cursor) {
        asked.wanted.cursor = open_cursor(*cursor, context.account(), mailbox.id, key);
        if (!asked.wanted.cursor || asked.wanted.cursor->order != asked.wanted.order)
            asked.errors.push_back({"/cursor", "This cursor is not good here. Begin the list again."});
    }
    return asked;
}

awaitable<Response> list_messages(const http::Services& services, const Context& context)
{
    auto& mail = services.store.mail();
    const auto account = context.account();
    const auto mailboxes = co_await mail.mailboxes(account);
    if (!mailboxes) co_return http::problem(context.request, mailboxes.error());
    const auto* mailbox = find_mailbox(*mailboxes, context.parameter("id"));
    if (!mailbox) co_return http::problem(context.request, 404, "There is no such mailbox.");

    const auto asked = parse_wanted(context, *mailbox, services.key);
    if (!asked.errors.empty())
        co_return http::problem(context.request, 400, "invalid", "The list cannot be given like this.",
                                asked.errors);
    auto unchanged = not_modified(context.request, etag_of(*mailbox));
    if (unchanged) co_return std::move(*unchanged);

    const auto page = co_await read_page(mail, account, mailbox->id, asked.wanted);
    if (!page) co_return http::problem(context.request, page.error());

    json::object object;
    object["total"] = page->total;
    object["position"] = page->position;
    object["state"] = std::to_string(page->modseq);
    object["nextCursor"] = nullptr;
    object["prevCursor"] = nullptr;
    const auto seal = [&](Cursor::Direction direction, std::uint32_t uid) {
        return seal_cursor({direction, uid, asked.wanted.order}, account, mailbox->id, services.key);
    };
    if (!page->items.empty() && page->position + page->items.size() < page->total)
        object["nextCursor"] = seal(Cursor::Direction::after, page->items.back().uid);
    if (!page->items.empty() && page->position > 0)
        object["prevCursor"] = seal(Cursor::Direction::before, page->items.front().uid);
    object["items"] = describe_rows(page->items, page->conversations);
    auto response = json_response(object);
    response.fields.set("ETag", "W/\"" + std::to_string(page->modseq) + "\"");
    co_return response;
}

} // namespace

const storage::Mailbox* find_mailbox(const std::vector<storage::Mailbox>& all, std::string_view name)
{
    const auto fits = [name](const storage::Mailbox& mailbox) {
        const bool by_role = mailbox.role != storage::MailboxRole::own && role_name(mailbox.role) == name;
        return by_role || format_id(mailbox.id) == name;
    };
    const auto found = std::ranges::find_if(all, fits);
    return found == all.end() ? nullptr : &*found;
}

std::string_view role_name(storage::MailboxRole role)
{
    switch (role) {
    case storage::MailboxRole::inbox:
        return "inbox";
    case storage::MailboxRole::drafts:
        return "drafts";
    case storage::MailboxRole::sent:
        return "sent";
    case storage::MailboxRole::archive:
        return "archive";
    case storage::MailboxRole::junk:
        return "junk";
    case storage::MailboxRole::trash:
        return "trash";
    case storage::MailboxRole::own:
        break;
    }
    return "own";
}

std::string name_thread(const storage::Listed& message)
{
    const auto& key = message.summary.thread_key;
    return key.empty() ? format_id(message.id) : http::sha256(key).substr(0, 22);
}

json::object describe_mailbox(const storage::Mailbox& mailbox)
{
    json::object object;
    object["id"] = format_id(mailbox.id);
    object["role"] = role_name(mailbox.role);
    object["name"] = mailbox.name;
    object["total"] = mailbox.messages;
    object["unread"] = mailbox.unseen;
    object["size"] = mailbox.octets;
    object["state"] = std::to_string(mailbox.modseq);
    return object;
}

json::object describe_flags(std::uint32_t flags)
{
    json::object object;
    object["seen"] = (flags & storage::flag::seen) != 0;
    object["flagged"] = (flags & storage::flag::flagged) != 0;
    object["answered"] = (flags & storage::flag::answered) != 0;
    object["forwarded"] = (flags & storage::flag::forwarded) != 0;
    object["draft"] = (flags & storage::flag::draft) != 0;
    return object;
}

json::object describe_message(const storage::Listed& message)
{
    json::object from;
    from["name"] = message.summary.sender_name;
    from["address"] = message.summary.sender_address;
    json::object object;
    object["id"] = format_id(message.id);
    object["mailbox"] = format_id(message.mailbox);
    object["thread"] = name_thread(message);
    object["from"] = std::move(from);
    object["subject"] = message.summary.subject;
    object["preview"] = message.summary.preview;
    object["received"] = format_time(message.received);
    object["size"] = message.size;
    object["attachments"] = message.summary.attachments;
    object["flags"] = describe_flags(message.flags);
    return object;
}

json::array describe_rows(const std::vector<storage::Listed>& messages,
                          const std::vector<storage::Gathered>& conversations)
{
    json::array rows;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        auto row = describe_message(messages[i]);
        if (i < conversations.size()) {
            json::object object;
            object["messages"] = conversations[i].messages;
            object["unread"] = conversations[i].unseen;
            object["flagged"] = conversations[i].flagged;
            object["attachments"] = conversations[i].attachments;
            row["conversation"] = std::move(object);
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

void add_mailboxes(http::Router& router, const http::Services& services)
{
    const auto add = [&](std::string_view path, auto handler) {
        router.add("GET", path, http::Access::signed_in,
                   [&services, handler](const Context& context) { return handler(services, context); });
    };
    add("/api/v1/mailboxes", list_mailboxes);
    add("/api/v1/mailboxes/{id}", show_mailbox);
    add("/api/v1/mailboxes/{id}/messages", list_messages);
}

} // namespace pillarbox::api
