#include "web/api/bulk.hpp"
#include "web/api/choosing.hpp"
#include "web/api/jobs.hpp"
#include "web/api/json.hpp"
#include "web/api/resources.hpp"
#include "web/api/rows.hpp"
#include "web/http/problem.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::api {

namespace json = boost::json;

using http::Context;
using http::Response;

namespace {

constexpr std::size_t longest_word = 100;  // octets: an action, a mailbox
constexpr std::size_t longest_token = 100; // octets

/// What batches, jobs and undoing share.
struct Bulk
{
    const http::Services& services;
    std::shared_ptr<Jobs> jobs;
    std::shared_ptr<Undoings> undoings;

    /// A token for what was done; nothing when there is nothing to take back.
    std::optional<std::string> keep(storage::AccountId account, Undo undo) const
    {
        if (undo.empty()) return std::nullopt;
        return undoings->keep(account, std::move(undo));
    }
};

/// A request, read but not understood.
struct AskedBatch
{
    Naming naming;
    std::string action;
    std::optional<std::string> mailbox;
    std::optional<bool> seen;
    std::optional<bool> flagged;
};

AskedBatch read(Members& members)
{
    AskedBatch asked;
    asked.naming = read_naming(members);
    asked.action = members.text("action", longest_word);
    asked.mailbox = members.optional_text("mailbox", longest_word);
    asked.seen = members.flag("seen");
    asked.flagged = members.flag("flagged");
    return asked;
}

/// What is to be done, and to what.
struct BatchOrder
{
    Action action;
    std::optional<Choice> choice;
    std::string title; // of its job
};

using Errors = std::vector<http::FieldError>;

std::optional<Action> understand_action(const AskedBatch& asked,
                                        const std::vector<storage::Mailbox>& mailboxes, Errors& errors)
{
    Action action;
    if (asked.action == "move") {
        const auto* to = asked.mailbox ? find_mailbox(mailboxes, *asked.mailbox) : nullptr;
        if (to)
            action = {.kind = Action::Kind::move, .mailbox = to->id};
        else
            errors.push_back({"/mailbox", "There is no such mailbox."});
        if (to && to->role == storage::MailboxRole::drafts)
            errors.push_back({"/mailbox", "Drafts holds what is being written, and nothing else."});
    } else if (asked.action == "mark") {
        const auto set = [&](std::optional<bool> wanted, std::uint32_t flag) {
            if (wanted) (*wanted ? action.add : action.remove) |= flag;
        };
        set(asked.seen, storage::flag::seen);
        set(asked.flagged, storage::flag::flagged);
        if (!asked.seen && !asked.flagged) errors.push_back({"/seen", "Say which flags: seen, flagged."});
    } else if (asked.action == "delete") {
        action.kind = Action::Kind::remove;
    } else {
        errors.push_back({"/action", "This must be move, mark or delete."});
    }
    if (asked.mailbox && asked.action != "move")
        errors.push_back({"/mailbox", "This goes with the action move only."});
    if ((asked.seen || asked.flagged) && asked.action != "mark")
        errors.push_back({"/seen", "Flags go with the action mark only."});
    if (!errors.empty()) return std::nullopt;
    return action;
}

std::string title_of(const AskedBatch& asked, const std::vector<storage::Mailbox>& mailboxes)
{
    if (asked.action == "move") return "Moving messages to " + find_mailbox(mailboxes, *asked.mailbox)->name;
    return asked.action == "mark" ? "Marking messages" : "Deleting messages";
}

/// The first that is about to be sent, if any: it stays where it is, for to
/// undo that needs it there.
awaitable<storage::Result<std::optional<storage::MessageId>>>
find_sending(storage::Store& store, storage::AccountId account,
             const std::vector<storage::Mailbox>& mailboxes, const std::vector<Chosen>& chosen)
{
    const auto* drafts = find_mailbox(mailboxes, role_name(storage::MailboxRole::drafts));
    for (const auto& one : chosen) {
        if (!drafts || one.mailbox != drafts->id) continue;
        const auto draft = co_await store.drafts().find(account, one.id);
        if (!draft && draft.error() == storage::Errc::not_found) continue;
        if (!draft) co_return draft.error();
        if (draft->submission) co_return one.id;
    }
    co_return std::nullopt;
}

Response describe_done(std::size_t changed, const std::optional<std::string>& token)
{
    json::object object;
    object["changed"] = changed;
    object["undoToken"] = nullptr;
    if (token) object["undoToken"] = *token;
    auto response = json_response(object);
    response.fields.set("Cache-Control", "no-store"); // a token that undoes
    return response;
}

/// All of it, chosen first: what is moved must not come by a second time.
/// Returns how many were left when the job was cancelled.
awaitable<storage::Result<std::size_t>> work_through(const Bulk& bulk, storage::AccountId account,
                                                     BatchOrder& order, std::vector<Chosen> chosen, Job& job,
                                                     Undo& undo)
{
    while (!job.cancelled() && chosen.size() < most_in_bulk) {
        const auto more = co_await order.choice->next();
        if (!more) co_return more.error();
        if (more->empty()) break;
        chosen.insert(chosen.end(), more->begin(), more->end());
        job.progress(0, chosen.size());
    }
    const auto total = chosen.size();
    while (!chosen.empty() && !job.cancelled()) {
        // From the end: the oldest go first.
        const auto count = std::min(chosen.size(), most_at_once);
        std::vector<Chosen> some(chosen.end() - static_cast<std::ptrdiff_t>(count), chosen.end());
        chosen.resize(chosen.size() - count);
        const auto done = co_await apply(bulk.services.store, account, order.action, std::move(some),
                                         bulk.services.vault, undo);
        if (!done) co_return done.error();
        job.progress(total - chosen.size(), total);
    }
    co_return chosen.size();
}

awaitable<void> run_job(Bulk bulk, storage::AccountId account, BatchOrder order, std::vector<Chosen> chosen,
                        std::shared_ptr<Job> job)
{
    Undo undo;
    const auto left = co_await work_through(bulk, account, order, std::move(chosen), *job, undo);
    const auto token = bulk.keep(account, std::move(undo));
    if (!left)
        job->end(Job::State::failed, "The mail store could not go on. What was done by then stays.", token);
    else if (*left > 0)
        job->end_early("", ". What was done by then stays.", token);
    else
        job->end(Job::State::done, "Done.", token);
}

awaitable<Response> start_job(Bulk bulk, const Context& context, BatchOrder order, std::vector<Chosen> chosen)
{
    auto job = bulk.jobs->start(context.account(), order.title);
    if (!job) co_return enough_jobs(context.request);
    auto response = describe_started(*job);
    const auto executor = co_await boost::asio::this_coro::executor;
    auto ended = [job](const std::exception_ptr& error) {
        if (error) job->end(Job::State::failed, "It ended unexpectedly.");
    };
    boost::asio::co_spawn(
        executor, run_job(std::move(bulk), context.account(), std::move(order), std::move(chosen), job),
        ended);
    co_return response;
}

/// What the store could not do; of a move, the only thing that can be missing
/// is the mailbox.
Response refuse_batch(const http::Request& request, boost::system::error_code error)
{
    if (error == storage::Errc::not_found) return http::problem(request, 404, "That mailbox has gone.");
    return http::problem(request, error);
}

awaitable<Response> change_many(Bulk bulk, const Context& context)
{
    const auto& request = context.request;
    auto& store = bulk.services.store;
    const auto account = context.account();
    Members members(request);
    auto asked = read(members);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    const auto mailboxes = co_await store.mail().mailboxes(account);
    if (!mailboxes) co_return http::problem(request, mailboxes.error());

    Errors errors;
    const auto action = understand_action(asked, *mailboxes, errors);
    auto choice = co_await understand_choice(std::move(asked.naming), store, account, *mailboxes, errors);
    if (!choice) co_return http::problem(request, choice.error());
    if (!action || !*choice) co_return http::problem(request, 400, "invalid", errors.front().detail, errors);

    BatchOrder order{*action, std::move(*choice), title_of(asked, *mailboxes)};
    std::vector<Chosen> chosen;
    bool all = false;
    while (!all && chosen.size() <= most_at_once) {
        const auto more = co_await order.choice->next();
        if (!more) co_return http::problem(request, more.error());
        all = more->empty();
        chosen.insert(chosen.end(), more->begin(), more->end());
    }
    if (action->kind != Action::Kind::mark) {
        const auto sending = co_await find_sending(store, account, *mailboxes, chosen);
        if (!sending) co_return http::problem(request, sending.error());
        if (*sending)
            co_return http::problem(request, 409,
                                    "One of the messages is just being sent. Undo that first, or wait.");
    }
    if (!all) {
        auto started = co_await start_job(std::move(bulk), context, std::move(order), std::move(chosen));
        co_return started;
    }
    Undo undo;
    const auto changed =
        co_await apply(store, account, order.action, std::move(chosen), bulk.services.vault, undo);
    if (!changed) co_return refuse_batch(request, changed.error());
    co_return describe_done(*changed, bulk.keep(account, std::move(undo)));
}

awaitable<Response> take_back(Bulk bulk, const Context& context)
{
    const auto& request = context.request;
    Members members(request);
    const auto token = members.text("token", longest_token);
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);
    auto undo = bulk.undoings->take(context.account(), token);
    if (!undo) co_return http::problem(request, 404, "It is too late to undo that.");
    const auto changed = co_await revert(bulk.services.store, context.account(), std::move(*undo));
    if (!changed) co_return refuse_batch(request, changed.error());
    co_return describe_done(*changed, std::nullopt);
}

} // namespace

void add_batch(http::Router& router, const http::Services& services, std::shared_ptr<Jobs> jobs)
{
    const Bulk bulk{services, std::move(jobs), std::make_shared<Undoings>()};
    router.add("POST", "/api/v1/messages/batch", http::Access::signed_in,
               [bulk](const Context& c) { return change_many(bulk, c); });
    router.add("POST", "/api/v1/undo", http::Access::signed_in,
               [bulk](const Context& c) { return take_back(bulk, c); });
}

} // namespace pillarbox::api
