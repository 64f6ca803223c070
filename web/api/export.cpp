#include "web/api/export_archive.hpp"
#include "web/api/json.hpp"
#include "web/api/resources.hpp"
#include "web/api/rows.hpp"
#include "web/api/text.hpp"
#include "web/http/problem.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::api {

using http::awaitable;
using http::Context;
using http::Response;
using storage::Result;

namespace {

constexpr std::size_t page = 100; // messages that are looked up at a time

constexpr std::size_t most_named = 1000;    // messages that are missing
constexpr std::size_t most_files = 200'000; // of a zip, which keeps their names until its end

/// Mailboxes into an archive, each from its oldest message on. What is deleted
/// meanwhile is left out. What is damaged is passed over, and told at the end;
/// when the store fails, the download breaks off, so that nobody takes it for
/// the whole.
class Export : public http::Source
{
public:
    Export(storage::Store& store, storage::AccountId account, std::vector<storage::Mailbox> mailboxes,
           std::unique_ptr<Archive> archive)
        : store_(store),
          account_(account),
          mailboxes_(mailboxes.begin(), mailboxes.end()),
          archive_(std::move(archive))
    {}

    awaitable<Result<std::string_view>> next() override
    {
        text_.clear();
        while (text_.empty() && !ended_) {
            if (!reader_) {
                const auto opened = co_await open_next();
                if (!opened) co_return opened.error();
            }
            if (!reader_) continue; // none left, or this one cannot be read
            const auto read = co_await read_on();
            if (!read) co_return read.error();
        }
        co_return std::string_view(text_);
    }

private:
    awaitable<Result<void>> open_next()
    {
        while (messages_.empty()) {
            if (mailboxes_.empty()) {
                end();
                co_return boost::system::in_place_value;
            }
            const auto more = co_await store_.transfer().after(account_, mailboxes_.front().id, uid_, page);
            const bool gone = !more && more.error() == storage::Errc::not_found;
            if (!more && !gone) co_return more.error();
            if (!gone) messages_.assign(more->begin(), more->end());
            if (!messages_.empty()) continue;
            mailboxes_.pop_front();
            uid_ = 0;
        }
        message_ = messages_.front();
        messages_.pop_front();
        uid_ = message_.uid;
        begun_ = false;
        auto reader = co_await store_.mail().open(message_.id);
        if (reader) {
            reader_ = std::move(*reader);
            co_return boost::system::in_place_value;
        }
        const auto passed = co_await pass_over(reader.error(), "damaged, left out");
        co_return passed;
    }

    awaitable<Result<void>> read_on()
    {
        const auto piece = co_await reader_->next();
        if (!piece) {
            if (begun_) archive_->finish(text_);
            reader_.reset();
            const auto passed = co_await pass_over(
                piece.error(), begun_ ? "damaged, only its first part is here" : "damaged, left out");
            co_return passed;
        }
        if (!begun_) archive_->begin(message_, mailboxes_.front().name, *piece, text_);
        begun_ = true;
        if (piece->empty()) {
            archive_->finish(text_);
            reader_.reset();
        } else {
            archive_->append(*piece, text_);
        }
        co_return boost::system::in_place_value;
    }

    /// Names the message, unless it has gone; what is no damage is an error.
    awaitable<Result<void>> pass_over(boost::system::error_code error, std::string_view what)
    {
        if (error != storage::Errc::not_found) co_return error;
        const auto there = co_await store_.mail().find(account_, message_.id);
        if (!there && there.error() == storage::Errc::not_found) co_return boost::system::in_place_value;
        if (!there) co_return there.error();
        if (++missing_ > most_named) co_return boost::system::in_place_value;
        const auto& summary = there->summary;
        named_ += fmt::format("{}, {:%Y-%m-%d %H:%M} UTC, from {}: {}: {}.\r\n", mailboxes_.front().name,
                              message_.received, summary.sender_address,
                              summary.subject.empty() ? "(no subject)" : summary.subject, what);
        co_return boost::system::in_place_value;
    }

    void end()
    {
        ended_ = true;
        if (missing_ > most_named) named_ += fmt::format("And {} more.\r\n", missing_ - most_named);
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        archive_->end(named_, now, text_);
    }

    storage::Store& store_;
    storage::AccountId account_;
    std::deque<storage::Mailbox> mailboxes_; // the one that is read, and those behind it
    std::unique_ptr<Archive> archive_;
    std::uint32_t uid_ = 0;                 // of the last message
    std::deque<storage::Leaving> messages_; // the next ones
    storage::Leaving message_;
    std::unique_ptr<storage::MessageReader> reader_;
    bool begun_ = false;
    bool ended_ = false;
    std::size_t missing_ = 0;
    std::string named_; // those that are missing, a line each
    std::string text_;
};

bool too_many(const std::vector<storage::Mailbox>& mailboxes)
{
    std::size_t messages = 0;
    for (const auto& mailbox : mailboxes)
        messages += mailbox.messages;
    return messages > most_files;
}

awaitable<Response> export_mail(const http::Services& services, const Context& context)
{
    const auto& request = context.request;
    const auto mailboxes = co_await services.store.mail().mailboxes(context.account());
    if (!mailboxes) co_return http::problem(request, mailboxes.error());
    const auto query = http::parse_query(request.query);
    if (!query) co_return http::problem(request, 400, "The query is malformed.");
    const auto wanted = parameter(*query, "mailbox");
    const auto format = parameter(*query, "format");
    const bool zip = format == "zip";
    if (format && *format != "mbox" && !zip)
        co_return http::problem(request, 400, "invalid", "Mail is exported as mbox or zip.",
                                {{"/format", "This must be mbox or zip."}});
    std::vector<storage::Mailbox> chosen = *mailboxes;
    std::string name = "All mail";
    if (wanted) {
        const auto* found = find_mailbox(*mailboxes, *wanted);
        if (!found)
            co_return http::problem(request, 404, "There is no such mailbox. It may have been removed.");
        chosen = {*found};
        name = found->name;
        std::ranges::replace(name, '/', '-');
    }
    if (zip && too_many(chosen))
        co_return http::problem(request, 400, "A zip has room for 200,000 messages. Export them as mbox.");
    std::unique_ptr<Archive> archive;
    if (zip)
        archive = std::make_unique<ZipArchive>();
    else
        archive = std::make_unique<MboxArchive>(services.hostname);
    Response response;
    response.policy = http::Policy::part;
    response.endless = true; // how long it is nobody knows before its end
    response.fields.set("Content-Type", zip ? "application/zip" : "application/mbox"); // RFC 4155
    response.fields.set("Content-Disposition",
                        content_disposition("attachment", name + (zip ? ".zip" : ".mbox")));
    response.fields.set("Cache-Control", "private, no-store");
    response.source =
        std::make_unique<Export>(services.store, context.account(), std::move(chosen), std::move(archive));
    context.log.info("api.export", {{"mailbox", name}});
    co_return response;
}

} // namespace

void add_export(http::Router& router, const http::Services& services)
{
    router.add("GET", "/api/v1/export", http::Access::signed_in,
               [&services](const Context& context) { return export_mail(services, context); });
}

} // namespace pillarbox::api
