#pragma once

#include <filesystem>
#include <memory>
#include <string>

// OpenSSL stays in the sources.
struct ssl_ctx_st;
struct ssl_st;

namespace pillarbox::net {

/// The server's certificate and TLS settings: TLS 1.2 and 1.3 only, ECDHE with
/// AEAD. Reloaded in place: handshakes begun before keep the old certificate.
/// Any thread may use it.
class TlsContext
{
public:
    struct Options
    {
        std::filesystem::path certificate; // PEM, the chain
        std::filesystem::path key;         // PEM
        bool tickets = true;               // session tickets; off on port 25
        /// PEM: clients are asked for a certificate that one of these has
        /// signed, and may have none. Empty: they are not asked.
        std::filesystem::path client_ca{};
    };

    /// Throws std::runtime_error with a sentence for people when a file cannot
    /// be used.
    explicit TlsContext(Options options);
    ~TlsContext();

    /// Reads the files again. An unusable new file keeps the old certificate
    /// and throws, with a sentence for the log.
    void reload();

    /// Whether a file has changed since it was last read.
    bool changed() const;

    /// A server-side SSL object on the newest certificate, to be freed with SSL_free.
    ssl_st* new_session() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Makes a self-signed certificate (P-256, ten years) for `hostname` unless both files
/// exist. Written with mode 0600, synced with their directory.
void ensure_self_signed(const std::filesystem::path& certificate, const std::filesystem::path& key,
                        const std::string& hostname);

} // namespace pillarbox::net
