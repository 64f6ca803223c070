#include "server/net/certificate_fault.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace pillarbox::net {

std::string_view words_of(CertificateFault fault)
{
    switch (fault) {
    case CertificateFault::none:
        return "";
    case CertificateFault::expired:
        return "is out of date";
    case CertificateFault::other_host:
        return "is for another host";
    case CertificateFault::not_trusted:
        return "comes from nobody who is trusted";
    }
    return "";
}

CertificateFault fault_of(const ssl_st& ssl)
{
    // Without a certificate the result is that all is well.
    if (SSL_get0_peer_certificate(&ssl) == nullptr) return CertificateFault::not_trusted;
    switch (SSL_get_verify_result(&ssl)) {
    case X509_V_OK:
        return CertificateFault::none;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return CertificateFault::expired;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return CertificateFault::other_host;
    default:
        return CertificateFault::not_trusted;
    }
}

bool certificate_refused(const boost::system::error_code& error)
{
    return error.category().name() == std::string_view("tls") &&
           ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_CERTIFICATE_VERIFY_FAILED;
}

} // namespace pillarbox::net
