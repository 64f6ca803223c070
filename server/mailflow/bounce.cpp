#include "server/mailflow/bounce.hpp"

#include "server/base/ascii.hpp"
#include "server/base/utf8_text.hpp"
#include "server/base/xtext.hpp"
#include "server/mailflow/refusal.hpp"
#include "server/mime/characters.hpp"
#include "server/mime/date.hpp"

#include <algorithm>
#include <string_view>

namespace pillarbox::mailflow {

namespace {

constexpr std::size_t longest_text = 1000; // octets of what somebody else said

/// One line of what somebody else said: in ASCII, or in UTF-8 where that may be.
std::string one_line(std::string_view text, bool utf8)
{
    std::string line = mime::one_line(mime::scrub_utf8(text.substr(0, longest_text)), longest_text);
    if (!utf8)
        std::ranges::replace_if(line, [](char c) { return static_cast<unsigned char>(c) > 0x7E; }, '?');
    return line;
}

/// A field, folded at its spaces (RFC 5322 §2.2.3).
std::string field(std::string_view name, std::string_view value)
{
    constexpr std::size_t longest_line = 78; // RFC 5322 §2.1.1
    std::string text = std::string(name) + ":";
    std::size_t column = text.size();
    while (!value.empty()) {
        const std::string_view word = ascii::take_until(value, ' ');
        if (column + 1 + word.size() > longest_line && column > name.size() + 1) {
            text += "\r\n";
            column = 0;
        }
        text += ' ';
        text += word;
        column += 1 + word.size();
    }
    return text + "\r\n";
}

/// An address as RFC 3464 §2.3 types it, and RFC 6533 §3 where it is not ASCII.
std::string typed(const std::string& address, bool utf8)
{
    if (!utf8::beyond_ascii(address)) return "rfc822; " + address;
    return "utf-8; " + (utf8 ? utf8_addr_unitext(address) : utf8_addr_xtext(address));
}

/// What xtext stands for; where that is not fit for a field, as it is.
std::string decoded(std::string_view xtext)
{
    const auto text = decode_xtext(xtext);
    const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
    return text && std::ranges::all_of(*text, printable) ? *text : one_line(xtext, false);
}

std::string original_recipient(std::string_view orcpt)
{
    const std::string_view type = ascii::take_until(orcpt, ';');
    return std::string(type) + "; " + decoded(orcpt);
}

/// With four spaces before each line, which is cut where a word ends.
std::string paragraph(std::string_view words)
{
    constexpr std::size_t longest_line = 76;
    constexpr std::string_view margin = "    ";
    std::string text;
    for (std::size_t column = 0; !words.empty();) {
        const auto word = ascii::take_until(words, ' ');
        const bool next_line = column == 0 || column + 1 + word.size() > longest_line;
        if (next_line) {
            if (!text.empty()) text += "\r\n";
            column = margin.size();
        } else {
            ++column;
        }
        text.append(next_line ? margin : " ").append(word);
        column += word.size();
    }
    if (!text.empty()) text += "\r\n";
    return text;
}

std::string_view name_of(Action action)
{
    switch (action) {
    case Action::failed:
        return "failed";
    case Action::delayed:
        return "delayed";
    case Action::delivered:
        return "delivered";
    case Action::relayed:
        return "relayed";
    case Action::expanded:
        return "expanded";
    }
    return {};
}

/// The worst that happened: what the report as a whole is about.
Action gist(const Report& report)
{
    Action worst = Action::expanded;
    for (const RecipientReport& recipient : report.recipients)
        worst = std::min(worst, recipient.action);
    return worst;
}

std::string_view subject(Action action)
{
    switch (action) {
    case Action::failed:
        return "Your message could not be delivered";
    case Action::delayed:
        return "Your message is delayed";
    case Action::delivered:
        return "Your message was delivered";
    case Action::relayed:
        return "Your message was passed on";
    case Action::expanded:
        return "Your message was passed on to several people";
    }
    return {};
}

std::string_view introduction(Action action)
{
    switch (action) {
    case Action::failed:
        return "It could not be delivered to the following recipients, and will not be\r\n"
               "tried again. Check the addresses, or reach them in another way:";
    case Action::delayed:
        return "It has not been delivered to the following recipients yet. There is nothing\r\n"
               "to do: the server goes on trying, and tells you if it gives up:";
    case Action::delivered:
        return "It lies in the mailboxes of the following recipients:";
    case Action::relayed:
        return "It was passed on to servers that will not tell when it is delivered,\r\n"
               "for the following recipients:";
    case Action::expanded:
        return "It was passed on to the people behind the following addresses; you will not\r\n"
               "be told when it is delivered to each of them:";
    }
    return {};
}

/// For people: the first part.
std::string told(const Report& report)
{
    std::string text =
        "This is the mail server " + report.reporting_mta + ", about a message that you sent.\r\n";
    for (const Action action :
         {Action::failed, Action::delayed, Action::delivered, Action::relayed, Action::expanded}) {
        bool introduced = false;
        for (const RecipientReport& recipient : report.recipients) {
            if (recipient.action != action) continue;
            if (!introduced) text.append("\r\n").append(introduction(action)).append("\r\n\r\n");
            introduced = true;
            text += "  <" + (report.smtputf8 ? recipient.recipient : utf8_addr_xtext(recipient.recipient)) +
                    ">\r\n";
            if (!recipient.explanation.empty())
                text += "    " + one_line(recipient.explanation, report.smtputf8) + "\r\n";
            if (recipient.diagnostic_code.empty()) continue;
            const std::string& host = recipient.remote_mta;
            text += "    The answer" + (host.empty() ? std::string() : " of " + one_line(host, false)) +
                    " was: " + one_line(recipient.diagnostic_code, report.smtputf8) + "\r\n" +
                    paragraph(meaning_of_refusal(host, recipient.diagnostic_code));
        }
    }
    return text;
}

/// For programs: the second part, RFC 3464 §2.
std::string status(const Report& report)
{
    std::string fields;
    if (!report.envelope_id.empty()) fields += field("Original-Envelope-Id", decoded(report.envelope_id));
    fields += field("Reporting-MTA", "dns; " + report.reporting_mta);
    fields += field("Arrival-Date", mime::format_date(report.arrival));
    if (report.deliver_by)
        fields += field("Deliver-By-Date", mime::format_date(*report.deliver_by)); // RFC 2852 §5
    for (const RecipientReport& recipient : report.recipients) {
        fields += "\r\n";
        if (!recipient.original.empty())
            fields += field("Original-Recipient", original_recipient(recipient.original));
        fields += field("Final-Recipient", typed(recipient.recipient, report.smtputf8));
        fields += field("Action", name_of(recipient.action));
        fields += field("Status", recipient.status);
        if (!recipient.remote_mta.empty())
            fields += field("Remote-MTA", "dns; " + one_line(recipient.remote_mta, false));
        if (!recipient.diagnostic_code.empty())
            fields +=
                field("Diagnostic-Code", "smtp; " + one_line(recipient.diagnostic_code, report.smtputf8));
        if (recipient.last_attempt)
            fields += field("Last-Attempt-Date", mime::format_date(*recipient.last_attempt));
        if (recipient.retry_until)
            fields += field("Will-Retry-Until", mime::format_date(*recipient.retry_until));
    }
    return fields;
}

/// What goes back: the third part, RFC 6522 §3; empty when nothing does.
std::string_view returned(const Report& report)
{
    const std::string_view message = report.original;
    if (report.returned == Returned::nothing) return {};
    if (report.returned == Returned::whole) return message;
    if (message.starts_with("\r\n")) return {};
    const auto end = message.find("\r\n\r\n");
    return message.substr(0, end == std::string_view::npos ? end : end + 2);
}

std::string_view returned_type(const Report& report)
{
    const bool whole = report.returned == Returned::whole;
    if (report.smtputf8) return whole ? "message/global" : "message/global-headers"; // RFC 6533 §4
    return whole ? "message/rfc822" : "text/rfc822-headers";
}

/// One part of the report, and the line that parts it from what is before.
std::string part(const std::string& boundary, std::string_view type, std::string_view content)
{
    std::string text = "\r\n--" + boundary + "\r\n";
    text += field("Content-Type", type);
    if (utf8::beyond_ascii(content)) text += field("Content-Transfer-Encoding", "8bit");
    return text.append("\r\n").append(content);
}

} // namespace

std::string delivery_report(const Report& report)
{
    const std::string boundary = "=_" + report.id;
    std::string text;
    text += field("Date", mime::format_date(report.time));
    text += field("From", "Mail Delivery System <postmaster@" + report.reporting_mta + ">");
    text += field("To", "<" + report.to + ">");
    text += field("Subject", subject(gist(report)));
    text += field("Message-ID", "<" + report.id + "@" + report.reporting_mta + ">");
    text += field("Auto-Submitted", "auto-replied"); // RFC 3834 §5
    text += field("MIME-Version", "1.0");
    text +=
        field("Content-Type", "multipart/report; report-type=delivery-status; boundary=\"" + boundary + "\"");
    text += part(boundary, report.smtputf8 ? "text/plain; charset=utf-8" : "text/plain; charset=us-ascii",
                 told(report));
    text += part(boundary, report.smtputf8 ? "message/global-delivery-status" : "message/delivery-status",
                 status(report));
    const std::string_view back = returned(report);
    if (!back.empty()) text += part(boundary, returned_type(report), back);
    text += "\r\n--" + boundary + "--\r\n";
    return text;
}

} // namespace pillarbox::mailflow
