#include "server/mailflow/teller.hpp"

#include "server/base/ascii.hpp"
#include "server/net/http_client.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

namespace pillarbox::mailflow {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_waiting = 1000;
constexpr std::size_t longest_secret = 1024;
constexpr unsigned most_telling_tries = 5; // after 1, 5, 25 and 125 s
constexpr unsigned pause_grows = 5;

std::chrono::seconds pause_after(unsigned tries)
{
    std::chrono::seconds pause(1);
    while (--tries > 0)
        pause *= pause_grows;
    return pause;
}

/// Whether another try may be answered otherwise: RFC 9110 §15.6, and two that ask for it.
bool passes(unsigned status)
{
    return status / 100 == 5 || status == 408 || status == 429;
}

std::string read_secret(const std::filesystem::path& path)
{
    std::ifstream file(path);
    std::string line;
    if (!file)
        throw ConfigError(fmt::format("junk.webhook_secret_file: {}: cannot be read: {}", path.string(),
                                      std::strerror(errno)));
    std::getline(file, line);
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty() || line.size() > longest_secret)
        throw ConfigError(fmt::format(
            "junk.webhook_secret_file: {}: its first line is no secret; write one there", path.string()));
    return line;
}

} // namespace

Teller::Teller(asio::any_io_executor executor, const Config::Junk& terms)
    : url_(terms.webhook),
      secret_(wanted() ? read_secret(terms.webhook_secret_file) : std::string()),
      patience_(terms.hook_patience),
      trust_(wanted() && url_.tls ? net::TlsTrust() : net::TlsTrust::anybody()),
      timer_(std::move(executor), asio::steady_timer::time_point::max())
{}

void Teller::tell(const junk::webhook::Accepted& message)
{
    asio::post(timer_.get_executor(), [this, body = junk::webhook::body_of(message)]() mutable {
        if (waiting_.size() >= most_waiting) {
            log_.warning("mailflow.webhook_left_out", {{"reason", "too many messages wait to be told"}});
            return;
        }
        waiting_.push_back(std::move(body));
        timer_.cancel();
    });
}

void Teller::stop()
{
    asio::post(timer_.get_executor(), [this] {
        stopped_ = true;
        timer_.cancel();
    });
}

asio::awaitable<void> Teller::run()
{
    while (!stopped_) {
        if (waiting_.empty() || std::chrono::steady_clock::now() < not_before_) {
            timer_.expires_at(waiting_.empty() ? asio::steady_timer::time_point::max() : not_before_);
            [[maybe_unused]] const auto waited = co_await timer_.async_wait(asio::as_tuple(asio::deferred));
            continue;
        }
        std::string body = waiting_.front();
        const auto outcome = co_await post(std::move(body));
        settle(outcome);
    }
    if (!waiting_.empty())
        log_.warning("mailflow.webhook_left_out",
                     {{"reason", "the server stops"}, {"messages", waiting_.size()}});
}

void Teller::settle(Outcome outcome)
{
    if (outcome == Outcome::again && ++tries_ < most_telling_tries) {
        not_before_ = std::chrono::steady_clock::now() + pause_after(tries_);
        return;
    }
    if (outcome == Outcome::again)
        log_.warning("mailflow.webhook_left_out", {{"reason", "it was not taken"}, {"tries", tries_}});
    waiting_.pop_front();
    tries_ = 0;
}

asio::awaitable<Teller::Outcome> Teller::post(std::string body)
{
    net::HttpQuestion question{
        .url = url_, .authorization = {}, .content_type = "application/json", .body = {}};
    question.fields = {{"X-Pillarbox-Signature", junk::webhook::signature_of(body, secret_)}};
    question.body = std::move(body);
    question.patience = patience_;
    const auto answer = co_await net::ask(std::move(question), trust_);
    if (!answer) {
        log_.warning("mailflow.webhook_failed", {{"reason", answer.error().why}});
        co_return Outcome::again;
    }
    if (answer->status / 100 == 2) co_return Outcome::told;
    log_.warning("mailflow.webhook_failed", {{"status", answer->status}});
    co_return passes(answer->status) ? Outcome::again : Outcome::never;
}

} // namespace pillarbox::mailflow
