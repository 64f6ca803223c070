#include "server/net/tls_certificate.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>
#include <stdexcept>
#include <string>

namespace pillarbox::net {

CertificateFacts read_certificate(const std::filesystem::path& file, const std::string& host)
{
    const std::unique_ptr<BIO, int (*)(BIO*)> input(BIO_new_file(file.c_str(), "r"), &BIO_free);
    const std::unique_ptr<X509, void (*)(X509*)> certificate(
        input ? PEM_read_bio_X509(input.get(), nullptr, nullptr, nullptr) : nullptr, &X509_free);
    ERR_clear_error();
    if (!certificate)
        throw std::runtime_error(file.string() + " cannot be read, or is no certificate in PEM");
    CertificateFacts facts;
    std::tm end{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) != 1)
        throw std::runtime_error(file.string() + " does not say until when it holds");
    facts.ends = std::chrono::sys_seconds(std::chrono::seconds(::timegm(&end)));
    facts.names_host = X509_check_host(certificate.get(), host.data(), host.size(), 0, nullptr) == 1;
    facts.self_signed = X509_self_signed(certificate.get(), 0) == 1;
    return facts;
}

} // namespace pillarbox::net
