#include "web/api/composing.hpp"

#include "server/mime/view.hpp"
#include "web/api/json.hpp"
#include "web/http/problem.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace pillarbox::api {

namespace json = boost::json;

using http::Context;
using http::Response;

namespace {

std::string etag_of(const storage::Draft& draft)
{
    return "\"" + format_id(draft.message) + "\"";
}

json::object describe(const mime::Address& person)
{
    json::object object;
    object["name"] = person.name;
    object["address"] = person.address;
    return object;
}

json::array describe(const std::vector<mime::Address>& people)
{
    json::array list;
    for (const auto& person : people)
        list.push_back(describe(person));
    return list;
}

json::array describe_files(const mime::Structure& structure)
{
    json::array list;
    for (const auto& file : mime::view(structure).attachments) {
        json::object item;
        item["id"] = file.path;
        item["name"] = file.name;
        item["type"] = file.type;
        item["size"] = file.size;
        list.push_back(std::move(item));
    }
    return list;
}

std::string_view name_of(storage::DraftKind kind)
{
    switch (kind) {
    case storage::DraftKind::reply:
        return "reply";
    case storage::DraftKind::reply_all:
        return "replyAll";
    case storage::DraftKind::forward:
        return "forward";
    case storage::DraftKind::fresh:
        break;
    }
    return "new";
}

} // namespace

std::uint64_t Composing::most_file_octets() const
{
    constexpr std::uint64_t others = 512ull * 1024; // octets of header section and text, at most
    const auto largest = outbox.options().largest;
    return largest > others ? (largest - others) / 78 * 57 : 0;
}

awaitable<storage::Result<OpenDraft>> open_draft(Composing composing, const Context& context)
{
    const auto id = parse_id(context.parameter("id"));
    if (!id) co_return make_error_code(storage::Errc::not_found);
    auto& store = composing.services.store;
    const auto draft = co_await store.drafts().find(context.account(), storage::MessageId(*id));
    if (!draft) co_return draft.error();
    auto structure = co_await composing.structures->find(store.mail(), draft->message);
    if (!structure) co_return structure.error();
    OpenDraft open{*draft, std::move(*structure)};
    co_return open;
}

Response draft_problem(const http::Request& request, boost::system::error_code error)
{
    if (error == storage::Errc::not_found)
        return http::problem(request, 404, "There is no such draft. It may have been sent or deleted.");
    if (error == storage::Errc::over_quota)
        return http::problem(request, 507, "Your mailbox is full: delete something to save this draft.");
    return http::problem(request, error);
}

Response draft_changed(const http::Request& request)
{
    return http::problem(request, 412, "The draft was changed elsewhere in the meantime.");
}

Response draft_sending(const http::Request& request)
{
    return http::problem(request, 409, "The draft is being sent. Undo that to change it.");
}

bool is_key(std::string_view key)
{
    constexpr std::size_t longest = 64;
    return !key.empty() && key.size() <= longest &&
           std::ranges::all_of(key, [](char c) { return c > ' ' && c < '\x7f'; });
}

std::optional<Response> other_version(const http::Request& request, const storage::Draft& draft)
{
    const auto expected = request.field("If-Match");
    if (expected.empty() || http::etag_matches(expected, etag_of(draft))) return std::nullopt;
    return draft_changed(request);
}

std::vector<DraftFile> files_of(const OpenDraft& open)
{
    std::vector<DraftFile> files;
    for (const auto& attachment : mime::view(*open.structure).attachments)
        files.push_back(file_of(open.draft.message, *open.structure, attachment));
    return files;
}

awaitable<Response> save_draft(Composing composing, const Context& context, storage::Draft draft,
                               mime::NewMessage message, std::vector<DraftFile> files, unsigned status,
                               std::string key)
{
    using Outcome = storage::DraftSaved::Outcome;
    const auto& request = context.request;
    if (octets_of(files) > composing.most_file_octets())
        co_return http::problem(request, 413,
                                "The attachments are too large: together they may have " +
                                    std::to_string(composing.most_file_octets() >> 20U) + " MiB.");
    auto& store = composing.services.store;
    message.date = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto written = co_await write_draft(store.mail(), *composing.pool, std::move(message), std::move(files));
    if (!written) co_return draft_problem(request, written.error());
    written->account = context.account();
    written->kind = draft.kind;
    written->original = draft.original;
    written->key = std::move(key);
    if (draft.message == storage::MessageId{}) {
        auto added = co_await store.drafts().add(std::move(*written));
        if (!added) co_return draft_problem(request, added.error());
        if (added->outcome == Outcome::present) status = 200;
        auto response = co_await answer_draft(composing, context, added->draft, status);
        co_return response;
    }
    auto saved = co_await store.drafts().replace(draft.id, draft.message, std::move(*written));
    if (!saved) co_return draft_problem(request, saved.error());
    if (saved->outcome == Outcome::changed) co_return draft_changed(request);
    if (saved->outcome == Outcome::sending) co_return draft_sending(request);
    auto response = co_await answer_draft(composing, context, saved->draft, status);
    co_return response;
}

awaitable<Response> answer_draft(Composing composing, const Context& context, storage::Draft draft,
                                 unsigned status)
{
    const auto& request = context.request;
    auto& mail = composing.services.store.mail();
    const auto structure = co_await composing.structures->find(mail, draft.message);
    if (!structure) co_return draft_problem(request, structure.error());
    const auto message = co_await read_draft(mail, draft.message, **structure);
    if (!message) co_return draft_problem(request, message.error());

    json::object object;
    object["id"] = format_id(draft.id);
    object["message"] = format_id(draft.message);
    object["state"] = format_id(draft.message);
    object["kind"] = name_of(draft.kind);
    object["inReplyTo"] = nullptr;
    if (draft.original) object["inReplyTo"] = format_id(*draft.original);
    object["from"] = describe(message->from);
    object["to"] = describe(message->to);
    object["cc"] = describe(message->cc);
    object["bcc"] = describe(message->bcc);
    object["subject"] = message->subject;
    object["text"] = message->text;
    object["attachments"] = describe_files(**structure);
    object["saved"] = format_time(draft.saved);
    object["sending"] = nullptr;
    if (draft.submission) object["sending"] = format_id(*draft.submission);
    auto response = json_response(object);
    response.status = status;
    response.fields.set("ETag", etag_of(draft));
    if (status == 201) response.fields.set("Location", "/api/v1/drafts/" + format_id(draft.id));
    co_return response;
}

} // namespace pillarbox::api
