#include "server/transfer/importer.hpp"
#include "server/transfer/source.hpp"
#include "web/api/jobs.hpp"
#include "web/api/json.hpp"
#include "web/api/resources.hpp"
#include "web/api/rows.hpp"
#include "web/api/text.hpp"
#include "web/http/problem.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>

namespace pillarbox::api {

using http::awaitable;
using http::Context;
using http::Response;

namespace {

// What lies in the spool meanwhile; the verb `import` has no such limit.
constexpr std::uint64_t largest_import = 2ull * 1024 * 1024 * 1024;

/// Shows a job how far its import is, and the log what was left out.
class JobProgress : public transfer::Progress
{
public:
    JobProgress(std::shared_ptr<Job> job, Log log) : job_(std::move(job)), log_(std::move(log)) {}

    void show(const State& state) override { job_->progress(state.done, state.total); }
    void note(std::string_view line) override { log_.info("api.import_skipped", {{"why", line}}); }

private:
    std::shared_ptr<Job> job_;
    Log log_;
};

std::string counted(std::uint64_t number)
{
    return fmt::format("{} {}", number, number == 1 ? "message" : "messages");
}

/// "12 messages imported. 3 were there already. 1 left out: empty."
std::string describe(const transfer::Tally& tally)
{
    auto text = counted(tally.done) + " imported.";
    if (tally.already > 0) text += fmt::format(" {} there already.", counted(tally.already));
    for (const auto& [reason, number] : tally.skipped)
        text += fmt::format(" {} left out: {}.", counted(number), reason);
    return text;
}

/// What an import takes along; it outlives the request.
struct ImportOrder
{
    storage::MailboxId mailbox{};
    std::uint64_t limit = 0; // octets of a message
    std::shared_ptr<const storage::Spool> octets;
};

/// Why it could not go on; empty when it came to its end.
awaitable<std::string> settle(transfer::Importer& importer)
{
    std::string failure;
    try {
        co_await importer.settle();
    } catch (const transfer::Failed& failed) {
        failure = failed.what();
    }
    co_return failure;
}

awaitable<std::string> import_all(transfer::Importer& importer, ImportOrder order)
{
    std::string failure;
    try {
        co_await transfer::import_sent(importer, std::move(order.octets), "the file", order.mailbox);
    } catch (const transfer::Failed& failed) {
        failure = failed.what();
    }
    // Those that are on their way come home to the importer.
    const auto late = co_await settle(importer);
    co_return failure.empty() ? late : failure;
}

awaitable<void> run_import(storage::Store& store, ImportOrder order, std::shared_ptr<Job> job, Log log)
{
    const auto executor = co_await boost::asio::this_coro::executor;
    JobProgress progress(job, log);
    transfer::Importer importer(
        executor, store, progress,
        {.account = job->account(), .limit = order.limit, .stopping = [job] { return job->cancelled(); }});
    const auto failure = co_await import_all(importer, std::move(order));
    const auto done = describe(importer.tally());
    log.info("api.imported", {{"messages", importer.tally().done}, {"already", importer.tally().already}});
    if (!failure.empty())
        job->end(Job::State::failed, done + " Not finished: " + failure + ".");
    else if (importer.tally().stopped)
        job->end_early(done + " ", "; done again, it goes on from here.");
    else
        job->end(Job::State::done, done);
}

/// The mailbox that a request names, the Inbox without one. Errors: not_found.
awaitable<storage::Result<storage::Mailbox>> find_target(storage::Mail& mail, const Context& context)
{
    const auto mailboxes = co_await mail.mailboxes(context.account());
    if (!mailboxes) co_return mailboxes.error();
    const auto query = http::parse_query(context.request.query);
    const auto name = query ? parameter(*query, "mailbox").value_or("inbox") : std::string();
    const auto* found = find_mailbox(*mailboxes, name);
    if (!found) co_return make_error_code(storage::Errc::not_found);
    co_return *found;
}

awaitable<Response> import_mail(const http::Services& services, std::shared_ptr<Jobs> jobs,
                                const Context& context)
{
    const auto& request = context.request;
    const auto mailbox = co_await find_target(services.store.mail(), context);
    if (!mailbox && mailbox.error() == storage::Errc::not_found)
        co_return http::problem(request, 404, "There is no such mailbox. It may have been removed.");
    if (!mailbox) co_return http::problem(request, mailbox.error());
    if (mailbox->role == storage::MailboxRole::drafts)
        co_return http::problem(request, 400, "Drafts are written, not imported. Choose another mailbox.");
    if (!request.upload || request.upload->size() == 0)
        co_return http::problem(request, 400, "There is nothing in this file.");
    auto job = jobs->start(context.account(), "Import into " + mailbox->name, Job::Unit::octets);
    if (!job) co_return enough_jobs(request);
    job->progress(0, request.upload->size());

    ImportOrder order{mailbox->id, services.config()->smtp.max_message_size, request.upload};
    const auto executor = co_await boost::asio::this_coro::executor;
    auto ended = [job](const std::exception_ptr& error) {
        if (error) job->end(Job::State::failed, "It ended unexpectedly. Done again, it goes on from here.");
    };
    boost::asio::co_spawn(executor, run_import(services.store, std::move(order), job, context.log), ended);
    co_return describe_started(*job);
}

} // namespace

void add_import(http::Router& router, const http::Services& services, std::shared_ptr<Jobs> jobs)
{
    router.add(
        "POST", "/api/v1/import", http::Access::signed_in,
        [&services, jobs](const Context& context) { return import_mail(services, jobs, context); },
        largest_import);
}

} // namespace pillarbox::api
