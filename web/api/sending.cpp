#include "server/mailflow/letter.hpp"
#include "server/mailflow/suppression.hpp"
#include "server/mime/header.hpp"
#include "server/net/networks.hpp"
#include "storage/events.hpp"
#include "storage/submissions.hpp"
#include "web/api/admin.hpp"
#include "web/api/composing.hpp"
#include "web/api/json.hpp"
#include "web/api/resources.hpp"
#include "web/api/text.hpp"
#include "web/http/problem.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <utility>

namespace pillarbox::api {

namespace json = boost::json;

using http::Context;
using http::Response;
using storage::Submission;

namespace {

constexpr std::size_t most_contacts = 10;

std::string_view name_of(Submission::State state)
{
    switch (state) {
    case Submission::State::pending:
        return "pending";
    case Submission::State::sent:
        return "sent";
    case Submission::State::undone:
        return "undone";
    case Submission::State::failed:
        break;
    }
    return "failed";
}

json::object describe(const Submission& submission)
{
    json::object object;
    object["id"] = format_id(submission.id);
    object["draft"] = format_id(submission.draft);
    object["state"] = name_of(submission.state);
    object["sendAt"] = format_time(submission.send_at);
    object["detail"] = submission.detail;
    return object;
}

void tell(const http::Site& site, const Submission& submission)
{
    site.streams().tell(submission.account,
                        "event: submission\ndata: " + json::serialize(describe(submission)) + "\n");
}

Response accepted(const Submission& submission)
{
    json::object object;
    object["id"] = format_id(submission.id);
    object["sendAt"] = format_time(submission.send_at);
    auto response = json_response(object);
    response.status = 202;
    response.fields.set("Location", "/api/v1/submissions/" + format_id(submission.id));
    return response;
}

/// Whether one of those whom it goes to gets no more mail, for the address is dead.
awaitable<std::optional<Response>> suppressed(Composing composing, const Context& context,
                                              const mailflow::Envelope& envelope)
{
    const auto terms = mailflow::suppression_terms(*composing.services.config());
    for (const auto& recipient : envelope.recipients) {
        if (!recipient.elsewhere()) continue;
        const auto why = co_await mailflow::suppression_of(composing.services.store.dead_addresses(), terms,
                                                           recipient.forward_path);
        if (!why) co_return http::problem(context.request, why.error());
        if (!*why) continue;
        composing.services.store.events().note({.kind = storage::EventKind::recipient_refused,
                                                .account = context.account(),
                                                .peer = net::plain_address(context.request.peer).to_string(),
                                                .protocol = "HTTP",
                                                .sender = envelope.reverse_path,
                                                .recipient = recipient.forward_path,
                                                .code = 550,
                                                .text = "5.1.1 " + **why});
        co_return http::problem(context.request, 400, "invalid", sentence(**why), {});
    }
    co_return std::nullopt;
}

/// What stands in the way of sending a draft, if anything.
awaitable<std::optional<Response>> objection(Composing composing, const Context& context,
                                             const OpenDraft& open)
{
    const auto& request = context.request;
    auto& store = composing.services.store;
    if (open.structure->size > composing.outbox.options().largest)
        co_return http::problem(request, 413, "The message is too large to be sent: remove an attachment.");
    const auto reader = co_await store.mail().open(open.draft.message);
    if (!reader) co_return draft_problem(request, reader.error());
    auto head = co_await read_range(**reader, 0, open.structure->size, mime::most_header_octets);
    if (!head) co_return draft_problem(request, head.error());
    const auto envelope = co_await mailflow::envelope_of(
        store.accounts(), context.account(), std::move(*head), composing.outbox.options().most_recipients);
    if (!envelope) co_return http::problem(request, envelope.error());
    if (envelope->faults.empty()) {
        auto refused = co_await suppressed(composing, context, *envelope);
        co_return refused;
    }
    std::vector<http::FieldError> errors;
    for (const auto& fault : envelope->faults)
        errors.push_back({fault.pointer, fault.detail});
    const std::string detail = envelope->faults.front().detail;
    if (envelope->forbidden) co_return http::problem(request, 403, "forbidden", detail, std::move(errors));
    co_return http::problem(request, 400, "invalid", detail, std::move(errors));
}

awaitable<Response> send_draft(Composing composing, const Context& context)
{
    using Outcome = storage::Submitted::Outcome;
    const auto& request = context.request;
    if (!request.body.empty()) {
        Members members(request);
        auto refused = members.refusal();
        if (refused) co_return std::move(*refused);
    }
    const std::string key(request.field("Idempotency-Key"));
    if (!is_key(key))
        co_return http::problem(request, 400,
                                "Idempotency-Key must be 1 to 64 visible characters, new for each message.");
    auto& submissions = composing.services.store.submissions();
    const auto before = co_await submissions.find(context.account(), key);
    if (!before) co_return http::problem(request, before.error());
    if (*before &&
        ((*before)->state == Submission::State::undone || (*before)->state == Submission::State::failed))
        co_return http::problem(request, 409,
                                "This was not sent. Send it again under another Idempotency-Key.");
    if (*before) co_return accepted(**before);

    const auto open = co_await open_draft(composing, context);
    if (!open) co_return draft_problem(request, open.error());
    if (open->draft.submission) co_return draft_sending(request);
    auto other = other_version(request, open->draft);
    if (other) co_return std::move(*other);
    auto objected = co_await objection(composing, context, *open);
    if (objected) co_return std::move(*objected);
    const auto& may_send = composing.outbox.options().may_send;
    if (may_send && !may_send(context.account())) {
        auto response =
            http::problem(request, 429, "You have sent too many messages within the hour. Try again later.");
        response.fields.set("Retry-After", "600");
        co_return response;
    }

    const auto send_at = std::chrono::ceil<std::chrono::seconds>(std::chrono::system_clock::now()) +
                         composing.outbox.options().undo;
    storage::NewSubmission wanted;
    wanted.account = context.account();
    wanted.draft = open->draft.id;
    wanted.expected = open->draft.message;
    wanted.key = key;
    wanted.send_at = send_at;
    const auto submitted = co_await submissions.add(std::move(wanted));
    if (!submitted) co_return draft_problem(request, submitted.error());
    if (submitted->outcome == Outcome::changed) co_return draft_changed(request);
    if (submitted->outcome == Outcome::sending) co_return draft_sending(request);
    composing.outbox.wake();
    co_return accepted(submitted->submission);
}

Response no_such_submission(const http::Request& request, boost::system::error_code error)
{
    if (error != storage::Errc::not_found) return http::problem(request, error);
    return http::problem(request, 404, "Nothing was sent under this name.");
}

awaitable<Response> show_submission(Composing composing, const Context& context)
{
    const auto id = storage::SubmissionId(parse_id(context.parameter("id")).value_or(0));
    const auto found = co_await composing.services.store.submissions().find(context.account(), id);
    if (!found) co_return no_such_submission(context.request, found.error());
    co_return json_response(describe(*found));
}

awaitable<Response> undo_submission(Composing composing, const http::Site& site, const Context& context)
{
    const auto id = storage::SubmissionId(parse_id(context.parameter("id")).value_or(0));
    const auto undone = co_await composing.services.store.submissions().undo(context.account(), id);
    if (!undone) co_return no_such_submission(context.request, undone.error());
    if (undone->state == Submission::State::sent || undone->state == Submission::State::pending)
        co_return http::problem(context.request, 409,
                                "It is too late to undo this: the message has been sent.");
    tell(site, *undone);
    co_return json_response(describe(*undone));
}

awaitable<Response> list_contacts(const http::Services& services, const Context& context)
{
    const auto query = http::parse_query(context.request.query);
    if (!query) co_return http::problem(context.request, 400, "The query is malformed.");
    const auto prefix = parameter(*query, "prefix").value_or("");
    if (prefix.size() > 100)
        co_return http::problem(context.request, 400, "The prefix is longer than 100 octets.");
    const auto found = co_await services.store.contacts().find(context.account(), prefix, most_contacts);
    if (!found) co_return http::problem(context.request, found.error());
    json::array items;
    for (const auto& contact : *found) {
        json::object item;
        item["name"] = contact.name;
        item["address"] = contact.address;
        items.push_back(std::move(item));
    }
    json::object object;
    object["items"] = std::move(items);
    co_return json_response(object);
}

} // namespace

void add_sending(const http::Site& site, http::Router& router, Composing composing)
{
    composing.outbox.report_to([&site](const Submission& submission) { tell(site, submission); });
    using http::Access;
    router.add("POST", "/api/v1/drafts/{id}/send", Access::sending,
               [composing](const Context& c) { return send_draft(composing, c); });
    router.add("GET", "/api/v1/submissions/{id}", Access::sending,
               [composing](const Context& c) { return show_submission(composing, c); });
    router.add("DELETE", "/api/v1/submissions/{id}", Access::sending,
               [composing, &site](const Context& c) { return undo_submission(composing, site, c); });
    router.add("GET", "/api/v1/contacts", Access::sending,
               [composing](const Context& c) { return list_contacts(composing.services, c); });
}

} // namespace pillarbox::api
