#include "server/net/tls.hpp"

#include "server/net/tls_client_certificate.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <new>
#include <stdexcept>
#include <system_error>
#include <tuple>
#include <utility>

namespace pillarbox::net {

namespace {

/// What tells one version of a file from the next.
struct Stamp
{
    std::uint64_t inode = 0; // 0: there is no file
    std::int64_t size = 0;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;

    bool operator==(const Stamp&) const = default;
};

Stamp stamp_of(const std::filesystem::path& file)
{
    struct stat info{};
    if (::stat(file.c_str(), &info) != 0) return {};
    return {info.st_ino, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
}

/// What OpenSSL says about its latest failure; it keeps no more of it.
std::string openssl_reason()
{
    const unsigned long code = ERR_peek_last_error();
    ERR_clear_error();
    if (ERR_SYSTEM_ERROR(code)) return std::generic_category().message(ERR_GET_REASON(code));
    const char* reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : "no reason given";
}

[[noreturn]] void unusable(const char* what, const std::filesystem::path& file, const char* advice)
{
    throw std::runtime_error(std::string(what) + " " + file.string() +
                             " cannot be used: " + openssl_reason() + ". " + advice);
}

int no_passphrase(char*, int, int, void*)
{
    return 0; // never ask on the terminal
}

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

Context make_context(const TlsContext::Options& options)
{
    ERR_clear_error();
    Context context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    if (!context) throw std::runtime_error("TLS cannot be set up: " + openssl_reason());
    SSL_CTX* ctx = context.get();

    // ECDHE with AEAD only, in TLS 1.2 by this list and in 1.3 by design: RFC 9325 §4.2.
    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20");
    char groups[] = "X25519:P-256:P-384"; // not const: the macro behind it casts
    SSL_CTX_set1_groups_list(ctx, groups);
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                 SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_max_early_data(ctx, 0); // what is replayed must not be obeyed, RFC 8446 §8
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    if (options.tickets) {
        SSL_CTX_set_num_tickets(ctx, 1);
    } else {
        SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
        SSL_CTX_set_num_tickets(ctx, 0);
    }

    // An idle connection keeps no record buffers; a write that is repeated may
    // come from elsewhere and may have been taken in part.
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(ctx, 0); // so that SSL_pending() knows of everything that was read

    SSL_CTX_set_default_passwd_cb(ctx, &no_passphrase);
    if (SSL_CTX_use_certificate_chain_file(ctx, options.certificate.c_str()) != 1)
        unusable(
            "the certificate", options.certificate,
            "tls.certificate must name a PEM file with the server's certificate first and then its chain");
    if (SSL_CTX_use_PrivateKey_file(ctx, options.key.c_str(), SSL_FILETYPE_PEM) != 1)
        unusable(
            "the key", options.key,
            "tls.key must name a PEM file with the private key of the certificate, without a passphrase");
    if (SSL_CTX_check_private_key(ctx) != 1)
        unusable("the key", options.key, "It must belong to the certificate in tls.certificate");
    if (!options.client_ca.empty() && !ask_for_certificates(*ctx, options.client_ca.string()))
        unusable("the file", options.client_ca,
                 "tls.client_ca must name a PEM file with the certificates of who signs those of users");
    return context;
}

} // namespace

struct TlsContext::State
{
    explicit State(Options o) : options(std::move(o)) {}

    using Stamps = std::array<Stamp, 3>;
    Stamps stamps() const
    {
        return {stamp_of(options.certificate), stamp_of(options.key), stamp_of(options.client_ca)};
    }

    const Options options;
    mutable std::mutex mutex; // guards the rest
    Context context{nullptr, &SSL_CTX_free};
    Stamps read;
};

TlsContext::TlsContext(Options options) : state_(std::make_unique<State>(std::move(options)))
{
    reload();
}

TlsContext::~TlsContext() = default;

void TlsContext::reload()
{
    // Looked at before reading: a file replaced meanwhile then counts as changed.
    const auto stamps = state_->stamps();
    {
        // Even if it cannot be used: the next try is for the next version.
        const std::lock_guard lock(state_->mutex);
        state_->read = stamps;
    }
    Context context = make_context(state_->options);
    const std::lock_guard lock(state_->mutex);
    std::swap(state_->context, context);
}

bool TlsContext::changed() const
{
    const auto stamps = state_->stamps();
    const std::lock_guard lock(state_->mutex);
    return stamps != state_->read;
}

ssl_st* TlsContext::new_session() const
{
    const std::lock_guard lock(state_->mutex);
    ERR_clear_error();
    SSL* ssl = SSL_new(state_->context.get()); // holds the context it was made from
    if (ssl == nullptr) throw std::bad_alloc();
    return ssl;
}

} // namespace pillarbox::net
