#pragma once

#include <string>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace pillarbox::net {

/// Asks clients for a certificate in their handshake, and trusts what the
/// certificates in `file` (PEM) have signed. One that they have not, or that is
/// out of date, does no harm: it only counts for nothing. False when the file
/// cannot be used; OpenSSL knows why.
bool ask_for_certificates(ssl_ctx_st& context, const std::string& file);

/// As of Stream::certified_addresses(), after the handshake: rfc822Name and
/// SmtpUTF8Mailbox (RFC 9598) of subjectAltName; without any, emailAddress of
/// the subject (RFC 5280 §4.1.2.6).
std::vector<std::string> certified_addresses(ssl_st& ssl);

} // namespace pillarbox::net
