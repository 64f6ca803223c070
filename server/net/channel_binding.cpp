#include "server/net/channel_binding.hpp"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>

namespace pillarbox::net {

namespace {

using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string text_of(const Digest& digest, std::size_t size)
{
    return {reinterpret_cast<const char*>(digest.data()), size};
}

/// Whether the two ends' secrets hang on their whole handshake. Without that
/// somebody between could have two connections of equal secrets: RFC 7627 §1.
bool secrets_are_unique(SSL* ssl)
{
    return SSL_version(ssl) >= TLS1_3_VERSION || SSL_get_extms_support(ssl) == 1;
}

/// RFC 9266 §4.2.
std::string exporter(SSL* ssl)
{
    constexpr std::string_view label = "EXPORTER-Channel-Binding";
    constexpr std::size_t size = 32;
    Digest octets{};
    if (!secrets_are_unique(ssl) ||
        SSL_export_keying_material(ssl, octets.data(), size, label.data(), label.size(), nullptr, 0, 0) != 1)
        return {};
    return text_of(octets, size);
}

/// RFC 5929 §3: the first Finished message, the client's unless a session was
/// resumed. TLS 1.3 has none that would do: RFC 8446 C.5.
std::string first_finished(SSL* ssl)
{
    if (SSL_version(ssl) >= TLS1_3_VERSION || !secrets_are_unique(ssl)) return {};
    Digest octets{};
    const std::size_t size = SSL_session_reused(ssl) == 1
                                 ? SSL_get_finished(ssl, octets.data(), octets.size())
                                 : SSL_get_peer_finished(ssl, octets.data(), octets.size());
    return size <= octets.size() ? text_of(octets, size) : std::string();
}

/// RFC 5929 §4: the certificate's digest, by the hash of its signature, but
/// SHA-256 for MD5 and SHA-1.
std::string end_point(SSL* ssl)
{
    const X509* certificate = SSL_get_certificate(ssl);
    int hash = NID_undef;
    if (certificate == nullptr ||
        OBJ_find_sigid_algs(X509_get_signature_nid(certificate), &hash, nullptr) != 1 || hash == NID_undef)
        return {}; // Ed25519 names no hash, and the RFC none for it
    if (hash == NID_md5 || hash == NID_sha1) hash = NID_sha256;
    Digest octets{};
    unsigned size = 0;
    const EVP_MD* algorithm = EVP_get_digestbynid(hash);
    if (algorithm == nullptr || X509_digest(certificate, algorithm, octets.data(), &size) != 1) return {};
    return text_of(octets, size);
}

} // namespace

std::string channel_binding(ssl_st& ssl, std::string_view type)
{
    if (type == "tls-exporter") return exporter(&ssl);
    if (type == "tls-unique") return first_finished(&ssl);
    if (type == "tls-server-end-point") return end_point(&ssl);
    return {};
}

} // namespace pillarbox::net
