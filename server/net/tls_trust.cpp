#include "server/net/tls_trust.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace pillarbox::net {

namespace {

[[noreturn]] void fail()
{
    const char* reason = ERR_reason_error_string(ERR_peek_error());
    throw std::runtime_error(std::string("TLS cannot be set up: ") +
                             (reason != nullptr ? reason : "no reason given"));
}

void expect_dane(SSL& ssl, const std::string& host, const std::vector<dns::Tlsa>& records,
                 const std::vector<std::string>& names)
{
    if (SSL_dane_enable(&ssl, host.c_str()) != 1) fail();
    // RFC 7672 §3.1.1: with DANE-EE neither names nor dates count.
    SSL_dane_set_flags(&ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
    for (const auto& name : names)
        if (SSL_add1_host(&ssl, name.c_str()) != 1) fail();
    for (const auto& record : records) {
        const auto* data = reinterpret_cast<const unsigned char*>(record.data.data());
        // 0: it is unusable, a certificate that is none for one; the others count.
        if (SSL_dane_tlsa_add(&ssl, record.usage, record.selector, record.matching, data,
                              record.data.size()) < 0)
            fail();
    }
}

} // namespace

TlsTrust::TlsTrust(Everybody)
{
    ERR_clear_error();
    context_.reset(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    if (!context_) fail();
    SSL_CTX* context = context_.get();
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION); // RFC 8996 §4
    // SSL_write may be called again with what is left.
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

TlsTrust TlsTrust::anybody()
{
    TlsTrust trust{Everybody{}};
    // The handshake goes on whatever comes of it, for that is a client's default.
    if (SSL_CTX_set_default_verify_paths(trust.context_.get()) != 1) fail();
    if (SSL_CTX_dane_enable(trust.context_.get()) != 1) fail();
    return trust;
}

TlsTrust::TlsTrust(const std::filesystem::path& trusted) : TlsTrust(Everybody{})
{
    SSL_CTX* context = context_.get();
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    const int loaded = trusted.empty() ? SSL_CTX_set_default_verify_paths(context)
                                       : SSL_CTX_load_verify_file(context, trusted.c_str());
    if (loaded != 1)
        throw std::runtime_error(trusted.empty() ? "the system's certificates cannot be read"
                                                 : trusted.string() + ": has no certificate in PEM");
}

TlsTrust TlsTrust::with_dane(std::vector<dns::Tlsa> records, std::vector<std::string> names) const
{
    TlsTrust trust = *this;
    trust.records_ = std::move(records);
    trust.names_ = std::move(names);
    return trust;
}

ssl_st* TlsTrust::new_session(const std::string& host) const
{
    ERR_clear_error();
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context_.get()), &SSL_free);
    if (!ssl) fail();
    X509_VERIFY_PARAM* rules = SSL_get0_param(ssl.get());
    if (X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) != 1) {                    // it is a name, then
        X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS); // RFC 9525 §6.3
        if (X509_VERIFY_PARAM_set1_host(rules, host.c_str(), 0) != 1) fail();
        // RFC 6066 §3. The macro behind it casts, so the name is not const.
        std::string name = host;
        SSL_set_tlsext_host_name(ssl.get(), name.data());
    }
    if (!records_.empty()) expect_dane(*ssl, host, records_, names_);
    SSL_set_connect_state(ssl.get());
    return ssl.release();
}

} // namespace pillarbox::net
