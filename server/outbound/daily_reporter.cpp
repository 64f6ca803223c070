#include "server/outbound/daily_reporter.hpp"

#include "server/base/log.hpp"
#include "server/mailflow/summary.hpp"
#include "server/mailflow/trace.hpp"
#include "server/outbound/addressee.hpp"

#include <chrono>
#include <utility>

namespace pillarbox::outbound {

namespace {

using boost::asio::awaitable;

constexpr std::int64_t longest_wait = 7; // days

} // namespace

awaitable<void> DailyReporter::report_due(storage::Time now)
{
    const auto today = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
    std::int64_t number = 0; // of the day before
    std::string domain;
    while (!stopped_) {
        const auto found = co_await store_.tallies().next_day(kind_, today, number, domain);
        if (!found) {
            Log().warning(events_.unread, {{"reason", found.error().message()}});
            co_return;
        }
        if (!*found) co_return;
        auto day = **found;
        number = day.day;
        domain = day.domain;
        const bool old = number + longest_wait < today;
        const bool told = co_await report(std::move(day), now);
        if (!told && !old) continue;
        const auto forgotten = co_await store_.tallies().forget_day(kind_, number, domain);
        if (!forgotten) co_return; // the store is in trouble, and the log has it
    }
}

awaitable<std::string> DailyReporter::organization()
{
    const auto domains = co_await store_.accounts().domains();
    if (!domains || domains->empty()) co_return std::string();
    co_return domains->front().name;
}

ReportLetter DailyReporter::letter(std::string organization, const storage::TallyDay& day) const
{
    ReportLetter letter;
    letter.contact = "postmaster@" + organization;
    letter.organization = std::move(organization);
    letter.id = report_id(day.day, day.domain, hostname_);
    letter.hostname = hostname_;
    letter.domain = day.domain;
    return letter;
}

awaitable<bool> DailyReporter::mail(const ReportLetter& letter, std::string to, storage::Time now)
{
    const auto all = co_await find_addressee(store_.accounts(), to);
    if (all.copies.empty() && all.forward_to.empty()) {
        note_lost(letter.domain, to, "it leads nowhere");
        co_return true;
    }
    const auto text = letter.text(to, now);
    storage::Delivery delivery;
    delivery.body = store_.mail().new_spool();
    const auto written = delivery.body->append(text);
    if (!written) co_return false;
    for (const auto& copy : all.copies)
        delivery.copies.push_back(
            {copy.account, mailflow::return_path("") + mailflow::delivered_to(copy.delivered_to)});
    delivery.forward_to = all.forward_to;
    if (signer_ && !all.forward_to.empty()) {
        auto signature = co_await signer_->sign(letter.organization, *delivery.body);
        if (!signature) co_return false;
        delivery.forward_trace = *std::move(signature);
    }
    delivery.parameters.tls = letter.tls;
    delivery.summary = mailflow::summary_of(text);
    const auto stored = co_await store_.mail().deliver(std::move(delivery));
    if (!stored)
        note_lost(letter.domain, to, stored.error().message());
    else
        note_sent(letter.domain, to);
    co_return stored.has_value();
}

void DailyReporter::note_sent(const std::string& domain, const std::string& to) const
{
    Log().info(events_.sent, {{"domain", domain}, {"to", to}});
}

void DailyReporter::note_lost(const std::string& domain, const std::string& to, const std::string& why) const
{
    Log().warning(events_.lost, {{"domain", domain}, {"to", to}, {"reason", why}});
}

} // namespace pillarbox::outbound
