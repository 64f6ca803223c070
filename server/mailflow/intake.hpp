#pragma once

#include "server/base/config.hpp"
#include "server/junk/webhook.hpp"
#include "server/mailauth/dns.hpp"
#include "server/mailflow/arriving.hpp"
#include "server/mailflow/bounce.hpp"
#include "server/mailflow/signing.hpp"
#include "server/mailflow/srs.hpp"
#include "storage/dead_addresses.hpp"
#include "storage/store.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::mailflow {

using boost::asio::awaitable;

/// Where a message came from; decides what is checked and what is signed.
struct Origin
{
    enum class Kind
    {
        peer,
        submission,
        local
    }; // another server; a logged-in user; ourselves

    Kind kind = Kind::peer;
    boost::asio::ip::address client;
    std::string helo;                          // as given, already checked; empty when it may not be written
    std::string user;                          // the account's address; submission only
    std::optional<storage::AccountId> account; // submission only
    std::optional<storage::SubmissionId> submission{}; // written here: Sent gets a copy, and the draft goes
    std::string protocol;                              // "ESMTPSA" and the like, RFC 3848
    std::string tls;                                   // "TLSv1.3 TLS_AES_256_GCM_SHA384", or empty
    std::string session{};                             // as log lines have it
};

/// One accepted recipient: the path as the client gave it, and where it leads.
struct Recipient
{
    std::string forward_path; // for Delivered-To and the queue, without angle brackets
    storage::Route route;     // an address at another server stands in route.remote
    storage::RcptParameters parameters{};

    /// Whether it is an address at another server itself, and not one here that leads there.
    bool elsewhere() const
    {
        return route.local.empty() && route.remote.size() == 1 && route.remote.front() == forward_path;
    }
};

/// The sender's side of the envelope.
struct Sender
{
    std::string reverse_path; // without angle brackets; empty for the null path
    storage::MailParameters parameters{};
};

/// What the sender is told.
struct Verdict
{
    std::uint16_t code = 250;
    std::string_view status = "2.0.0"; // enhanced status code, RFC 3463
    std::string text = "stored";
    std::string id;           // of the message here: in its Received field, the reply and the log
    std::string unreported{}; // for the log: why a report that was asked for could not be sent
    std::string verified{};   // for the log: what SPF, DKIM and DMARC said

    bool accepted() const { return code == 250; }
};

class DmarcTally;
struct Judgement;
class Sorter;
class Teller;

/// The road from "all octets are here" to "on disk", the same for SMTP, for
/// webmail and for bounces: checks, writes the trace fields, and calls
/// deliver() once, with one copy for each account however many of the
/// recipients lead to it. Any reactor may call it.
class Intake
{
public:
    /// With `events`, what is refused is noted there. Without `srs`, what aliases
    /// send on to other servers keeps its reverse-path.
    Intake(storage::Accounts& accounts, storage::Mail& mail, std::string hostname,
           storage::Events* events = nullptr, std::optional<Srs> srs = std::nullopt)
        : accounts_(accounts),
          mail_(mail),
          hostname_(std::move(hostname)),
          events_(events),
          srs_(std::move(srs))
    {}

    /// Whose bounce a local part is for that Srs::has_form() knows.
    Srs::Undone bounce_for(std::string_view local_part) const;

    /// Accepts the message for all of `recipients`, durably, or for none.
    /// Refuses, each time for good (554): a header section beyond the limits of
    /// mime/header (5.6.0), more than 50 Received fields, and a message that an
    /// alias would send out once more (5.4.6). What the store cannot do now is
    /// a 4xx: only a message on stable storage is a 250. So is, by then, the
    /// report to a sender who asked to be told of success (RFC 3461 §5.2.2). A
    /// message with `release_at` waits for that time before it goes anywhere.
    /// What was `arriving` from another server is verified first, and may be
    /// refused as its author's domain asks: 550, or 451 where DNS cannot tell.
    awaitable<Verdict> accept(Origin origin, Sender sender, std::vector<Recipient> recipients,
                              std::unique_ptr<storage::Spool> body,
                              std::unique_ptr<Arriving> arriving = nullptr);

    /// What looks at a message from another server while it comes in.
    std::unique_ptr<Arriving> arriving(std::shared_ptr<const Config> config) const;

    /// Whom those who verify ask, on the reactor of an executor; without, nothing
    /// is verified. To be set before the first message comes.
    using DnsOf = std::function<mailauth::Dns&(const boost::asio::any_io_executor&)>;
    void verify_with(DnsOf dns) { dns_ = std::move(dns); }

    /// Who sorts what other servers bring; without, all of it goes where judge()
    /// says. To be set before the first message comes; outlives this.
    void sort_with(Sorter& sorter) { sorter_ = &sorter; }

    /// Who knows which addresses elsewhere are dead; without, none is. To be set before
    /// the first message comes; outlives this.
    void suppress_with(storage::DeadAddresses& dead) { dead_ = &dead; }
    storage::DeadAddresses* dead_addresses() const { return dead_; } // may be null

    /// Who counts for the reports that the owners of domains get. To be set before the
    /// first message comes; outlives this.
    void count_with(DmarcTally& tally) { tally_ = &tally; }

    /// Who is told of each message that was accepted and answered as one. To be set
    /// before the first message comes; outlives this.
    void tell(Teller& teller) { teller_ = &teller; }

    /// The same for a client that is answered for each recipient, RFC 2033
    /// §4.2: one whose mailbox is full leaves the others alone, and all that is
    /// stored is stored by one commit. A report of success has those whom it was
    /// stored for. Nothing waits here: no `release_at`. Returns a verdict for
    /// each recipient, in order. With `config` it is sorted as other servers' mail is, by what
    /// each account knows and has taught: the server in front has done the rest, and nothing is
    /// refused, which that one would have to tell a sender of.
    awaitable<std::vector<Verdict>> accept_apart(Origin origin, Sender sender,
                                                 std::vector<Recipient> recipients,
                                                 std::unique_ptr<storage::Spool> body,
                                                 std::shared_ptr<const Config> config = nullptr);

    /// Calls `listener`, on any thread, when a message was accepted that is to
    /// wait (RFC 4865). To be set before the first message comes.
    void on_held(std::function<void()> listener) { on_held_ = std::move(listener); }

    /// Has what leaves signed, but for mail of other servers that only passes
    /// through. To be set before the first message comes; outlives this.
    void sign_with(Signer& signer) { signer_ = &signer; }

    /// Sends a report, as from this server and now, to `report.to`, wherever
    /// that leads, as accept() would. A 550 where it leads nowhere.
    awaitable<Verdict> send_report(Report report);

    /// Notes something that came to nothing, for those who ask for it later: its
    /// kind, envelope and reply; the rest is the origin's.
    void refused(const Origin& origin, storage::Event what) const;

    /// The same of a message that nobody gets: its first recipients may ask for it.
    void refused(const Origin& origin, const std::string& reverse_path,
                 const std::vector<Recipient>& recipients, const Verdict& verdict) const;

private:
    struct Head;
    struct Prepared;
    awaitable<std::optional<Verdict>> look_at(const Origin& origin, const Sender& sender,
                                              const std::vector<Recipient>& recipients,
                                              const Arriving& arriving, const Head& head,
                                              const storage::Spool& body, Judgement& judgement) const;
    boost::system::result<Prepared, Verdict> prepare(const Origin& origin, const Sender& sender,
                                                     std::vector<Recipient>& recipients,
                                                     const Judgement& judgement, const Head& head,
                                                     std::unique_ptr<storage::Spool> body) const;
    void tell_of(junk::webhook::Accepted news, const Verdict& verdict, const Origin& origin,
                 const Sender& sender, const std::vector<Recipient>& recipients) const;
    awaitable<storage::Result<void>> make_ready_to_leave(const Origin& origin, const Sender& sender,
                                                         const Head& head, Prepared& message) const;
    awaitable<storage::Result<void>> rewrite_senders(std::string reverse_path, Prepared& message) const;
    awaitable<std::string> tell_of_success(const Origin& origin, const Sender& sender,
                                           const std::vector<Recipient>& recipients, std::string_view head,
                                           const Prepared& message);

    storage::Accounts& accounts_;
    storage::Mail& mail_;
    std::string hostname_;
    storage::Events* events_;
    std::optional<Srs> srs_;
    std::function<void()> on_held_;
    Signer* signer_ = nullptr;
    DnsOf dns_;
    Sorter* sorter_ = nullptr;
    DmarcTally* tally_ = nullptr;
    Teller* teller_ = nullptr;
    storage::DeadAddresses* dead_ = nullptr;
};

} // namespace pillarbox::mailflow
