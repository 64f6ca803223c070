#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::mailflow {

/// What became of a message for one recipient, RFC 3464 §2.3.3.
enum class Action : std::uint8_t
{
    failed,
    delayed,   // still trying
    delivered, // into a mailbox
    relayed,   // to a server that will not tell of it
    expanded   // to those behind an alias, who will not be told of
};

/// Of a delivery status notification, what is about one recipient.
struct RecipientReport
{
    std::string recipient; // the forward-path as it was accepted here, without angle brackets
    std::string original;  // ORCPT as given, "rfc822;" and xtext; empty when it was not
    Action action = Action::failed;
    std::string status;          // "5.1.1", RFC 3463
    std::string explanation;     // for people: a sentence on what happened; may be empty
    std::string remote_mta;      // the host that answered; empty when we ourselves know
    std::string diagnostic_code; // its reply as it came, code first; empty without one
    std::optional<std::chrono::sys_seconds> last_attempt{};
    std::optional<std::chrono::sys_seconds> retry_until{}; // delayed: when trying ends
};

/// How much of the message goes back with its report.
enum class Returned : std::uint8_t
{
    nothing,
    header, // its header section; always enough where nothing failed (RFC 3461 §4.3)
    whole
};

/// A delivery status notification: RFC 3464 in the frame of RFC 6522.
struct Report
{
    std::string reporting_mta;        // our hostname
    std::string to;                   // the message's reverse-path; never the null path
    std::string id;                   // unguessable letters and digits: its Message-ID, its boundary
    std::chrono::sys_seconds time{};  // of the report
    std::string envelope_id;          // ENVID as given; empty when it was not
    std::chrono::sys_seconds arrival; // of the message, here
    std::optional<std::chrono::sys_seconds> deliver_by{}; // its sender's wish, RFC 2852
    std::vector<RecipientReport> recipients;
    Returned returned = Returned::header;
    std::string original;     // the message, or at least its header section
    bool smtputf8 = false;    // it came with SMTPUTF8: the report may hold UTF-8 too (RFC 6533)
    bool require_tls = false; // it came with REQUIRETLS: so goes the report (RFC 8689 §5)
};

/// The report as a message, to be sent with the null reverse-path (RFC 3461
/// §6.1). It is 7-bit where what it returns is, unless `smtputf8`. What came
/// from elsewhere cannot break its fields: controls are gone and a diagnostic
/// ends after 1000 octets.
std::string delivery_report(const Report& report);

} // namespace pillarbox::mailflow
