#include "web/api/json.hpp"
#include "web/api/resources.hpp"
#include "web/api/rows.hpp"
#include "web/http/problem.hpp"

#include <optional>
#include <string>

namespace pillarbox::api {

using http::awaitable;
using http::Context;
using http::Response;

namespace {

constexpr std::size_t longest_mailbox = 255; // octets, as Mail::add_mailbox() has it

/// What the store refuses, in words; `invalid` differs by what was asked.
Response refuse_mailbox(const http::Request& request, boost::system::error_code error,
                        std::string_view invalid)
{
    if (error == storage::Errc::invalid)
        return http::problem(request, 400, "invalid", invalid, {{"/name", std::string(invalid)}});
    if (error == storage::Errc::already_exists)
        return http::problem(request, 409, "There is a mailbox of that name already.");
    if (error == storage::Errc::over_quota)
        return http::problem(request, 409, "There are 1000 mailboxes already. Remove one first.");
    if (error == storage::Errc::not_found) return http::problem(request, 404, "There is no such mailbox.");
    return http::problem(request, error);
}

constexpr std::string_view unusable =
    "A mailbox cannot be called so. Its name has no control characters, no * or %, and no empty part "
    "between slashes.";

/// The mailbox as it now is.
awaitable<Response> answer_mailbox(const http::Services& services, const Context& context,
                                   storage::MailboxId id, unsigned status)
{
    const auto mailboxes = co_await services.store.mail().mailboxes(context.account());
    if (!mailboxes) co_return http::problem(context.request, mailboxes.error());
    const auto* mailbox = find_mailbox(*mailboxes, format_id(id));
    if (!mailbox) co_return http::problem(context.request, 404, "There is no such mailbox.");
    auto response = json_response(describe_mailbox(*mailbox));
    response.status = status;
    if (status == 201) response.fields.set("Location", "/api/v1/mailboxes/" + format_id(id));
    co_return response;
}

awaitable<Response> add_mailbox(const http::Services& services, const Context& context)
{
    Members members(context.request);
    auto name = members.text("name", longest_mailbox);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    const auto made = co_await services.store.mail().add_mailbox(context.account(), std::move(name));
    if (!made) co_return refuse_mailbox(context.request, made.error(), unusable);
    auto response = co_await answer_mailbox(services, context, *made, 201);
    co_return response;
}

/// The mailbox that the path names, by id or role.
awaitable<storage::Result<storage::Mailbox>> named(const http::Services& services, const Context& context)
{
    const auto mailboxes = co_await services.store.mail().mailboxes(context.account());
    if (!mailboxes) co_return mailboxes.error();
    const auto* mailbox = find_mailbox(*mailboxes, context.parameter("id"));
    if (!mailbox) co_return storage::make_error_code(storage::Errc::not_found);
    co_return *mailbox;
}

awaitable<Response> rename_mailbox(const http::Services& services, const Context& context)
{
    Members members(context.request);
    auto name = members.text("name", longest_mailbox);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    const auto mailbox = co_await named(services, context);
    if (!mailbox) co_return refuse_mailbox(context.request, mailbox.error(), unusable);
    if (mailbox->role != storage::MailboxRole::own)
        co_return http::problem(context.request, 409, mailbox->name + " keeps its name.");
    const auto renamed =
        co_await services.store.mail().rename_mailbox(context.account(), mailbox->id, std::move(name));
    if (!renamed)
        co_return refuse_mailbox(context.request, renamed.error(),
                                 "A mailbox cannot be called so, nor be put into itself.");
    auto response = co_await answer_mailbox(services, context, mailbox->id, 200);
    co_return response;
}

awaitable<Response> remove_mailbox(const http::Services& services, const Context& context)
{
    const auto mailbox = co_await named(services, context);
    if (!mailbox) co_return refuse_mailbox(context.request, mailbox.error(), unusable);
    if (mailbox->role != storage::MailboxRole::own)
        co_return http::problem(context.request, 409, mailbox->name + " cannot be removed.");
    const auto removed = co_await services.store.mail().remove_mailbox(context.account(), mailbox->id);
    if (!removed && removed.error() == storage::Errc::invalid)
        co_return http::problem(context.request, 409, "Other mailboxes lie in it. Remove those first.");
    if (!removed) co_return refuse_mailbox(context.request, removed.error(), unusable);
    co_return no_content();
}

} // namespace

void add_own_mailboxes(http::Router& router, const http::Services& services)
{
    router.add("POST", "/api/v1/mailboxes", http::Access::signed_in,
               [&services](const Context& c) { return add_mailbox(services, c); });
    router.add("PATCH", "/api/v1/mailboxes/{id}", http::Access::signed_in,
               [&services](const Context& c) { return rename_mailbox(services, c); });
    router.add("DELETE", "/api/v1/mailboxes/{id}", http::Access::signed_in,
               [&services](const Context& c) { return remove_mailbox(services, c); });
}

} // namespace pillarbox::api
