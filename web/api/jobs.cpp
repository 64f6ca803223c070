#include "web/api/jobs.hpp"

#include "web/api/json.hpp"
#include "web/api/resources.hpp"
#include "web/http/problem.hpp"
#include "web/http/secret.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace pillarbox::api {

namespace json = boost::json;

using http::Context;
using http::Response;

namespace {

constexpr std::chrono::minutes remembered{10};           // once they have ended
constexpr std::chrono::milliseconds between_events{500}; // on how far one is

std::string_view name_of(Job::State state)
{
    switch (state) {
    case Job::State::running:
        return "running";
    case Job::State::done:
        return "done";
    case Job::State::cancelled:
        return "cancelled";
    case Job::State::failed:
        break;
    }
    return "failed";
}

json::object describe(const Job& job)
{
    const auto shown = job.shown();
    json::object object;
    object["id"] = job.id();
    object["title"] = job.title();
    object["state"] = name_of(shown.state);
    object["unit"] = job.unit() == Job::Unit::octets ? "octets" : "messages";
    object["done"] = shown.done;
    object["total"] = shown.total;
    object["message"] = shown.message;
    object["undoToken"] = nullptr;
    if (shown.undo_token) object["undoToken"] = *shown.undo_token;
    return object;
}

Response with_secret(Response response)
{
    response.fields.set("Cache-Control", "no-store"); // a token that undoes
    return response;
}

http::awaitable<Response> list_jobs(std::shared_ptr<Jobs> jobs, const Context& context)
{
    json::array items;
    for (const auto& job : jobs->list(context.account()))
        items.push_back(describe(*job));
    json::object object;
    object["items"] = std::move(items);
    co_return with_secret(json_response(object));
}

http::awaitable<Response> show_job(std::shared_ptr<Jobs> jobs, const Context& context, bool cancel)
{
    const auto job = jobs->find(context.account(), context.parameter("id"));
    if (!job)
        co_return http::problem(context.request, 404, "There is no such job. It may have ended long ago.");
    if (cancel) job->cancel();
    co_return with_secret(json_response(describe(*job)));
}

} // namespace

Job::Job(http::Streams& streams, storage::AccountId account, std::string id, std::string title, Unit unit)
    : streams_(streams), account_(account), id_(std::move(id)), title_(std::move(title)), unit_(unit)
{}

void Job::tell() const
{
    streams_.tell(account_, "event: job\ndata: " + json::serialize(describe(*this)) + "\n");
}

Job::Shown Job::shown() const
{
    const std::lock_guard lock(mutex_);
    return shown_;
}

void Job::progress(std::size_t done, std::size_t total)
{
    const auto now = std::chrono::steady_clock::now();
    std::unique_lock lock(mutex_);
    shown_.done = done;
    shown_.total = total;
    if (now < told_ + between_events) return;
    told_ = now;
    lock.unlock();
    tell();
}

void Job::end(State state, std::string message, std::optional<std::string> undo_token)
{
    std::unique_lock lock(mutex_);
    if (ended_) return;
    shown_.state = state;
    shown_.message = std::move(message);
    shown_.undo_token = std::move(undo_token);
    ended_ = std::chrono::steady_clock::now();
    lock.unlock();
    tell();
}

void Job::cancel()
{
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
}

bool Job::cancelled() const
{
    if (streams_.draining()) return true;
    const std::lock_guard lock(mutex_);
    return cancelled_;
}

void Job::end_early(std::string done, std::string_view again, std::optional<std::string> undo_token)
{
    std::unique_lock lock(mutex_);
    const bool wanted = cancelled_;
    lock.unlock();
    done += wanted ? "Cancelled" : "The server is being restarted";
    end(wanted ? State::cancelled : State::failed, done + std::string(again), std::move(undo_token));
}

std::optional<std::chrono::steady_clock::time_point> Job::ended() const
{
    const std::lock_guard lock(mutex_);
    return ended_;
}

std::shared_ptr<Job> Jobs::start(storage::AccountId account, std::string title, Job::Unit unit)
{
    const std::lock_guard lock(mutex_);
    forget_old();
    const auto running = [account](const auto& job) { return job->account() == account && !job->ended(); };
    if (static_cast<std::size_t>(std::ranges::count_if(jobs_, running)) >= most_running) return nullptr;
    jobs_.push_back(std::make_shared<Job>(streams_, account, http::random_token(), std::move(title), unit));
    return jobs_.back();
}

std::shared_ptr<Job> Jobs::find(storage::AccountId account, std::string_view id)
{
    const std::lock_guard lock(mutex_);
    forget_old();
    const auto found = std::ranges::find_if(
        jobs_, [&](const auto& job) { return job->account() == account && job->id() == id; });
    return found == jobs_.end() ? nullptr : *found;
}

std::vector<std::shared_ptr<Job>> Jobs::list(storage::AccountId account)
{
    const std::lock_guard lock(mutex_);
    forget_old();
    std::vector<std::shared_ptr<Job>> own;
    for (const auto& job : jobs_)
        if (job->account() == account) own.push_back(job);
    return own;
}

void Jobs::forget_old()
{
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(jobs_, [now](const auto& job) {
        const auto ended = job->ended();
        return ended && *ended + remembered < now;
    });
}

Response describe_started(const Job& job)
{
    json::object object;
    object["job"] = job.id();
    auto response = json_response(object);
    response.status = 202;
    response.fields.set("Location", "/api/v1/jobs/" + job.id());
    return response;
}

Response enough_jobs(const http::Request& request)
{
    auto response = http::problem(request, 503, "Several of these are under way. Wait for one to end.");
    response.fields.set("Retry-After", "10");
    return response;
}

void add_jobs(http::Router& router, std::shared_ptr<Jobs> jobs)
{
    router.add("GET", "/api/v1/jobs", http::Access::signed_in,
               [jobs](const Context& c) { return list_jobs(jobs, c); });
    router.add("GET", "/api/v1/jobs/{id}", http::Access::signed_in,
               [jobs](const Context& c) { return show_job(jobs, c, false); });
    router.add("DELETE", "/api/v1/jobs/{id}", http::Access::signed_in,
               [jobs](const Context& c) { return show_job(jobs, c, true); });
}

} // namespace pillarbox::api
