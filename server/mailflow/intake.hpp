#pragma once

#include "storage/store.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <cstdint>
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
    std::string helo;                          // as given, already checked
    std::string user;                          // the account's address; submission only
    std::optional<storage::AccountId> account; // submission only
    std::string protocol;                      // "ESMTPSA" and the like, RFC 3848
    std::string tls;                           // "TLSv1.3 TLS_AES_256_GCM_SHA384", or empty
};

/// One accepted recipient: the path as the client gave it, and where it leads.
struct Recipient
{
    std::string forward_path; // for Delivered-To and the queue, without angle brackets
    storage::Route route;
};

/// What the sender is told.
struct Verdict
{
    std::uint16_t code = 250;
    std::string_view status = "2.0.0"; // enhanced status code, RFC 3463
    std::string text = "stored";
};

/// The road from "all octets are here" to "on disk", the same for SMTP, for
/// webmail and for bounces: checks, writes the trace fields, and calls
/// deliver() once, with one copy for each account however many of the
/// recipients lead to it.
class Intake
{
public:
    Intake(storage::Mail& mail, std::string hostname) : mail_(mail), hostname_(std::move(hostname)) {}

    awaitable<Verdict> accept(Origin origin, std::string reverse_path, std::vector<Recipient> recipients,
                              std::unique_ptr<storage::Spool> body);

private:
    storage::Mail& mail_;
    std::string hostname_;
};

} // namespace pillarbox::mailflow
