#pragma once

#include "storage/envelope.hpp"
#include "storage/types.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// A report to the owner of a domain as mail: what those on TLS (RFC 8460 §5.3) and
/// those of DMARC (RFC 9990 §3.5.2) have in common. Pure.
namespace pillarbox::outbound {

/// The address that a URI of mailto names (RFC 6068); empty when it is none, or
/// more than one.
std::string mailto_address(std::string_view uri);

/// Of the report on a day: the same whenever it is made, and of no other domain
/// or server.
std::string report_id(std::int64_t day, std::string_view domain, std::string_view hostname);

/// "ORGANIZATION!DOMAIN!BEGIN!END!ID", the name of its file without what it ends in.
std::string report_file_name(std::string_view organization, std::string_view domain, std::int64_t day,
                             std::string_view id);

struct ReportLetter
{
    std::string organization; // a domain of ours
    std::string contact;      // an address
    std::string id;
    std::string hostname; // this server's
    std::string domain;   // that is reported on
    storage::TlsWish tls = storage::TlsWish::unsaid;

    std::string fields{};        // of the header, what only such reports have, with CRLF
    std::string type;            // multipart/...
    std::string introduction{};  // for people: lines with CRLF
    std::string attachment_type; // of the compressed file
    std::string attachment_name;
    std::string attachment;

    /// The message to `to`.
    std::string text(std::string_view to, storage::Time now) const;

    /// Octets that the file takes in it, as senders of limits count them.
    std::size_t attachment_octets() const;
};

} // namespace pillarbox::outbound
