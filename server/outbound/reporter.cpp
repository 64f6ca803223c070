#include "server/outbound/reporter.hpp"

#include "server/base/log.hpp"
#include "server/base/random.hpp"
#include "server/mailflow/summary.hpp"
#include "server/mailflow/trace.hpp"
#include "server/mime/header.hpp"
#include "server/outbound/addressee.hpp"
#include "server/smtp/path.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace pillarbox::outbound {

namespace {

using boost::asio::awaitable;

constexpr std::size_t most_header_octets = std::size_t{256} * 1024; // of what goes back
constexpr std::size_t most_returned_octets = std::size_t{1} << 20;  // with RET=FULL, held in memory
constexpr std::size_t id_length = 20;                               // 100 bits: nobody guesses the boundary

/// Whether a sender wants to hear of that, RFC 3461 §4.1.
bool wanted(const storage::RcptParameters& asked, mailflow::Action action)
{
    if (asked.notify == 0) return true;
    if (action == mailflow::Action::failed) return (asked.notify & storage::notify::failure) != 0;
    if (action == mailflow::Action::relayed) return asked.notify != storage::notify::never; // RFC 2852 §4
    if (action == mailflow::Action::delayed) return (asked.notify & storage::notify::delay) != 0;
    return (asked.notify & storage::notify::success) != 0;
}

/// Whether all of it is to go back, RFC 3461 §4.3: not where nothing failed.
bool wants_all(const storage::Claim& claim, const std::vector<mailflow::RecipientReport>& recipients)
{
    if (claim.mail.return_content != storage::ReturnContent::full) return false;
    if (claim.size > most_returned_octets) return false;
    return std::ranges::find(recipients, mailflow::Action::failed, &mailflow::RecipientReport::action) !=
           recipients.end();
}

const storage::RcptParameters* asked_of(const storage::Claim& claim, const std::string& address)
{
    for (const auto& recipient : claim.recipients)
        if (recipient.address == address) return &recipient.parameters;
    return nullptr;
}

} // namespace

/// The message, or its beginning with the header section at least.
awaitable<std::optional<std::string>> Reporter::text_of(const storage::Claim& claim, bool whole)
{
    auto reader = co_await store_.queue().open(claim.recipients.front().id);
    if (!reader) co_return std::nullopt;
    std::string text;
    while (whole || (text.size() < most_header_octets && text.find("\r\n\r\n") == std::string::npos)) {
        const auto piece = co_await (*reader)->next();
        if (!piece) co_return std::nullopt;
        if (piece->empty()) break;
        text += *piece;
    }
    co_return text;
}

/// Who sent it: what an alias sent on left with another reverse-path.
std::string Reporter::sender_of(const storage::Claim& claim) const
{
    const smtp::Path path = smtp::parse_mailbox(claim.reverse_path);
    if (!mailflow::Srs::has_form(path.local_part)) return claim.reverse_path;
    const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
    const auto original = srs_.undo(path.local_part, today);
    if (original.kind != mailflow::Srs::Undone::Kind::genuine) return claim.reverse_path;
    return smtp::Path{original.local_part, original.domain}.address();
}

awaitable<std::optional<storage::Delivery>>
Reporter::report(const storage::Claim& claim, std::vector<mailflow::RecipientReport> recipients)
{
    if (recipients.empty() || claim.reverse_path.empty()) co_return std::nullopt;
    std::vector<mailflow::RecipientReport> told;
    for (auto& recipient : recipients) {
        const auto* const asked = asked_of(claim, recipient.recipient);
        if (asked && !wanted(*asked, recipient.action)) continue;
        if (asked) recipient.original = asked->original_recipient;
        told.push_back(std::move(recipient));
    }
    if (told.empty()) co_return std::nullopt;

    const std::string address = sender_of(claim);
    const auto all = co_await find_addressee(store_.accounts(), address);
    if (all.copies.empty() && all.forward_to.empty()) {
        Log().warning("outbound.report_lost", {{"to", address}, {"reason", "it leads nowhere"}});
        co_return std::nullopt;
    }

    // To those here alone: who is elsewhere may not be who wrote it.
    const bool whole = wants_all(claim, told) && all.forward_to.empty();
    auto text_back = co_await text_of(claim, whole);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    mailflow::Report report;
    report.reporting_mta = hostname_;
    report.to = address;
    report.id = random_name(id_length);
    report.time = now;
    report.arrival = claim.recipients.front().queued;
    report.recipients = std::move(told);
    report.envelope_id = claim.mail.envelope_id;
    report.smtputf8 = claim.mail.smtputf8;
    if (claim.mail.deliver_by) report.deliver_by = claim.mail.deliver_by->at;
    report.returned = whole ? mailflow::Returned::whole : mailflow::Returned::header;
    if (!text_back) report.returned = mailflow::Returned::nothing;
    report.original = std::move(text_back).value_or("");
    const auto text = mailflow::delivery_report(report);

    storage::Delivery delivery;
    delivery.body = store_.mail().new_spool();
    const auto written = delivery.body->append(text);
    if (!written) {
        Log().error("outbound.report_lost", {{"to", report.to}, {"reason", written.error().message()}});
        co_return std::nullopt;
    }
    for (const auto& copy : all.copies)
        delivery.copies.push_back(
            {copy.account, mailflow::return_path("") + mailflow::delivered_to(copy.delivered_to)});
    delivery.forward_to = all.forward_to;
    if (signer_ && !all.forward_to.empty()) {
        const mime::Header header(text);
        auto signature = co_await signer_->sign(mailflow::author_domain(header), *delivery.body);
        if (signature) delivery.forward_trace = *std::move(signature); // else it goes without
    }
    delivery.parameters.smtputf8 = claim.mail.smtputf8;
    if (claim.mail.tls == storage::TlsWish::required) delivery.parameters.tls = claim.mail.tls; // RFC 8689 §5
    delivery.summary = mailflow::summary_of(text);
    co_return std::move(delivery);
}

} // namespace pillarbox::outbound
