#pragma once

#include <boost/system/error_code.hpp>

#include <string_view>

struct ssl_st;

namespace pillarbox::net {

/// What is wrong with the certificate of a server.
enum class CertificateFault
{
    none,
    expired, // or not valid yet
    other_host,
    not_trusted // nobody who is trusted vouches for it
};

/// For people, behind "its certificate"; empty without a fault.
std::string_view words_of(CertificateFault fault);

/// What OpenSSL found in the handshake, which a client may have gone on after.
CertificateFault fault_of(const ssl_st& ssl);

/// Whether that is why a handshake failed: the server is not whom we trust.
bool certificate_refused(const boost::system::error_code& error);

} // namespace pillarbox::net
