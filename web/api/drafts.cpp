#include "server/base/ascii.hpp"
#include "server/base/random.hpp"
#include "server/mailflow/sender.hpp"
#include "server/mime/characters.hpp"
#include "server/mime/view.hpp"
#include "web/api/answer.hpp"
#include "web/api/composing.hpp"
#include "web/api/json.hpp"
#include "web/api/resources.hpp"
#include "web/http/problem.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace pillarbox::api {

using http::Context;
using http::Response;
using storage::DraftKind;

namespace {

constexpr std::size_t most_people = 1000;        // in one field
constexpr std::size_t longest_subject = 998;     // octets
constexpr std::size_t longest_file_name = 255;   // octets
constexpr std::size_t most_own_candidates = 100; // addresses of an original that may be the author's own

/// What a request says that a draft shall be; what it leaves out is absent.
struct Wish
{
    std::optional<mime::Address> from;
    std::optional<std::vector<mime::Address>> to;
    std::optional<std::vector<mime::Address>> cc;
    std::optional<std::vector<mime::Address>> bcc;
    std::optional<std::string> subject;
    std::optional<std::string> text;
};

Wish read_wish(Members& members)
{
    Wish wish;
    wish.from = members.person("from");
    wish.to = members.people("to", most_people);
    wish.cc = members.people("cc", most_people);
    wish.bcc = members.people("bcc", most_people);
    wish.subject = members.optional_text("subject", longest_subject);
    wish.text = members.optional_text("text", most_draft_text);
    return wish;
}

/// Over what was there: a new draft's beginning.
void lay_over(mime::NewMessage& message, Wish wish)
{
    if (wish.from) message.from = std::move(*wish.from);
    if (wish.to) message.to = std::move(*wish.to);
    if (wish.cc) message.cc = std::move(*wish.cc);
    if (wish.bcc) message.bcc = std::move(*wish.bcc);
    if (wish.subject) message.subject = std::move(*wish.subject);
    if (wish.text) message.text = std::move(*wish.text);
}

/// In the place of what was there: an existing draft.
void replace(mime::NewMessage& message, Wish wish)
{
    message.from = std::move(wish.from).value_or(mime::Address{});
    message.to = std::move(wish.to).value_or(std::vector<mime::Address>{});
    message.cc = std::move(wish.cc).value_or(std::vector<mime::Address>{});
    message.bcc = std::move(wish.bcc).value_or(std::vector<mime::Address>{});
    message.subject = std::move(wish.subject).value_or(std::string{});
    message.text = std::move(wish.text).value_or(std::string{});
}

/// Who says nothing writes as the one whom they prefer to be.
awaitable<storage::Result<void>> sign(Composing composing, const Context& context, mime::NewMessage& message)
{
    if (!message.from.address.empty()) co_return boost::system::in_place_value;
    const auto known = co_await composing.services.store.identities().list(context.account());
    if (!known) co_return known.error();
    auto identity = std::ranges::find_if(known->items, &storage::SendingIdentity::preferred);
    if (identity == known->items.end()) identity = known->items.begin(); // the account's own address
    message.from = {identity->name, identity->address};
    co_return boost::system::in_place_value;
}

/// Those of the addresses that reach the account.
awaitable<storage::Result<std::set<std::string>>> own_of(Composing composing, storage::AccountId account,
                                                         std::vector<std::string> addresses)
{
    std::set<std::string> own;
    if (addresses.size() > most_own_candidates) addresses.resize(most_own_candidates);
    for (const auto& address : addresses) {
        const auto at = address.rfind('@');
        if (at == std::string::npos) continue;
        const auto theirs = co_await mailflow::may_send_as(composing.services.store.accounts(), account,
                                                           address.substr(0, at), address.substr(at + 1));
        if (!theirs && theirs.error() != storage::Errc::not_found) co_return theirs.error();
        if (theirs) own.insert(address);
    }
    co_return own;
}

/// A draft as it begins.
struct Beginning
{
    mime::NewMessage message;
    std::vector<DraftFile> files;
};

awaitable<storage::Result<Beginning>> begin_from(Composing composing, storage::AccountId account,
                                                 storage::MessageId original, DraftKind kind)
{
    auto& mail = composing.services.store.mail();
    const auto found = co_await mail.find(account, original);
    if (!found) co_return found.error();
    const auto structure = co_await composing.structures->find(mail, original);
    if (!structure) co_return structure.error();
    const auto text = co_await read_text(mail, original, **structure);
    if (!text) co_return text.error();
    const auto view = mime::view(**structure);
    const auto own = co_await own_of(composing, account, addresses_in(view));
    if (!own) co_return own.error();

    Beginning beginning;
    const auto is_own = [&own](const std::string& address) { return own->contains(address); };
    beginning.message = begin_answer(view, *text, kind, is_own);
    if (kind != DraftKind::forward) co_return beginning;
    for (const auto& attachment : view.attachments)
        beginning.files.push_back(file_of(original, **structure, attachment));
    co_return beginning;
}

std::optional<DraftKind> kind_of(std::string_view name)
{
    if (name == "reply") return DraftKind::reply;
    if (name == "replyAll") return DraftKind::reply_all;
    if (name == "forward") return DraftKind::forward;
    return std::nullopt;
}

awaitable<Response> add_draft(Composing composing, const Context& context)
{
    const auto& request = context.request;
    Members members(request);
    auto wish = read_wish(members);
    const auto in_reply_to = members.optional_text("inReplyTo", 20);
    const auto kind_name = members.optional_text("kind", 20);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    const auto original = in_reply_to ? parse_id(*in_reply_to) : std::nullopt;
    const auto kind = kind_name ? kind_of(*kind_name) : std::nullopt;
    if (kind_name && !kind)
        co_return http::problem(request, 400, "invalid", "The request is not as it should be.",
                                {{"/kind", "This must be reply, replyAll or forward."}});
    if (in_reply_to.has_value() != kind_name.has_value())
        co_return http::problem(request, 400, "inReplyTo and kind belong together: give both or neither.");

    const std::string key(request.field("Idempotency-Key"));
    if (!key.empty() && !is_key(key))
        co_return http::problem(request, 400,
                                "Idempotency-Key must be 1 to 64 visible characters, new for each draft.");

    Beginning beginning;
    storage::Draft draft;
    if (kind) {
        draft.kind = *kind;
        draft.original = storage::MessageId(original.value_or(0));
        auto begun = co_await begin_from(composing, context.account(), *draft.original, *kind);
        if (!begun && begun.error() == storage::Errc::not_found)
            co_return http::problem(request, 404, "The message that this answers is not there any more.");
        if (!begun) co_return draft_problem(request, begun.error());
        beginning = std::move(*begun);
    }
    lay_over(beginning.message, std::move(wish));
    const auto signed_by = co_await sign(composing, context, beginning.message);
    if (!signed_by) co_return draft_problem(request, signed_by.error());
    beginning.message.message_id = "<" + random_name(24) + "@" + composing.services.hostname + ">";
    auto response = co_await save_draft(composing, context, draft, std::move(beginning.message),
                                        std::move(beginning.files), 201, key);
    co_return response;
}

awaitable<Response> show_draft(Composing composing, const Context& context)
{
    const auto& request = context.request;
    const auto open = co_await open_draft(composing, context);
    if (!open) co_return draft_problem(request, open.error());
    auto response = co_await answer_draft(composing, context, open->draft, 200);
    if (response.status != 200) co_return response;
    const std::string etag(response.fields.find("ETag"));
    co_return with_etag(request, etag, std::move(response));
}

awaitable<Response> change_draft(Composing composing, const Context& context)
{
    const auto& request = context.request;
    Members members(request);
    auto wish = read_wish(members);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    if (request.field("If-Match").empty())
        co_return http::problem(request, 400, "If-Match must name the version that is replaced.");
    const auto open = co_await open_draft(composing, context);
    if (!open) co_return draft_problem(request, open.error());
    if (open->draft.submission) co_return draft_sending(request);
    auto other = other_version(request, open->draft);
    if (other) co_return std::move(*other);

    auto message =
        co_await read_draft(composing.services.store.mail(), open->draft.message, *open->structure);
    if (!message) co_return draft_problem(request, message.error());
    replace(*message, std::move(wish));
    const auto signed_by = co_await sign(composing, context, *message);
    if (!signed_by) co_return draft_problem(request, signed_by.error());
    auto response =
        co_await save_draft(composing, context, open->draft, std::move(*message), files_of(*open), 200);
    co_return response;
}

awaitable<Response> remove_draft(Composing composing, const Context& context)
{
    using Outcome = storage::DraftSaved::Outcome;
    const auto& request = context.request;
    const auto open = co_await open_draft(composing, context);
    if (!open) co_return draft_problem(request, open.error());
    auto other = other_version(request, open->draft);
    if (other) co_return std::move(*other);
    std::optional<storage::MessageId> expected;
    if (request.fields.contains("If-Match")) expected = open->draft.message;
    const auto removed =
        co_await composing.services.store.drafts().remove(context.account(), open->draft.id, expected);
    if (!removed) co_return draft_problem(request, removed.error());
    if (removed->outcome == Outcome::changed) co_return draft_changed(request);
    if (removed->outcome == Outcome::sending) co_return draft_sending(request);
    co_return no_content();
}

// ---- Its files. --------------------------------------------------------------

awaitable<Response> add_file(Composing composing, const Context& context)
{
    const auto& request = context.request;
    const auto query = http::parse_query(request.query);
    const auto name = query ? parameter(*query, "name").value_or("") : std::string();
    if (name.empty() || name.size() > longest_file_name || !mime::is_utf8(name))
        co_return http::problem(request, 400, "The file needs a name: give ?name= with at most 255 octets.");
    const auto open = co_await open_draft(composing, context);
    if (!open) co_return draft_problem(request, open.error());
    if (open->draft.submission) co_return draft_sending(request);
    auto other = other_version(request, open->draft);
    if (other) co_return std::move(*other);

    auto message =
        co_await read_draft(composing.services.store.mail(), open->draft.message, *open->structure);
    if (!message) co_return draft_problem(request, message.error());
    auto files = files_of(*open);
    DraftFile file;
    file.about.name = name;
    file.about.type = parameter(*query, "type").value_or("");
    file.upload = request.upload;
    files.push_back(std::move(file));
    auto response =
        co_await save_draft(composing, context, open->draft, std::move(*message), std::move(files), 201);
    co_return response;
}

awaitable<Response> remove_file(Composing composing, const Context& context)
{
    const auto& request = context.request;
    const auto open = co_await open_draft(composing, context);
    if (!open) co_return draft_problem(request, open.error());
    if (open->draft.submission) co_return draft_sending(request);
    auto other = other_version(request, open->draft);
    if (other) co_return std::move(*other);
    auto files = files_of(*open);
    const auto removed = std::erase_if(
        files, [&](const DraftFile& file) { return file.part.path == context.parameter("attachment"); });
    if (removed == 0) co_return http::problem(request, 404, "The draft has no such attachment.");
    auto message =
        co_await read_draft(composing.services.store.mail(), open->draft.message, *open->structure);
    if (!message) co_return draft_problem(request, message.error());
    auto response =
        co_await save_draft(composing, context, open->draft, std::move(*message), std::move(files), 200);
    co_return response;
}

} // namespace

void add_drafts(http::Router& router, Composing composing)
{
    using http::Access;
    const auto add = [&](std::string_view method, std::string_view pattern, auto handler,
                         std::uint64_t upload = 0) {
        router.add(
            method, pattern, Access::sending,
            [composing, handler](const Context& c) { return handler(composing, c); }, upload);
    };
    add("POST", "/api/v1/drafts", add_draft);
    add("GET", "/api/v1/drafts/{id}", show_draft);
    add("PUT", "/api/v1/drafts/{id}", change_draft);
    add("DELETE", "/api/v1/drafts/{id}", remove_draft);
    add("POST", "/api/v1/drafts/{id}/attachments", add_file, composing.most_file_octets());
    add("DELETE", "/api/v1/drafts/{id}/attachments/{attachment}", remove_file);
}

} // namespace pillarbox::api
