#pragma once

#include "server/net/tls.hpp"
#include "tests/support/temporary_folder.hpp"

#include <filesystem>
#include <memory>

namespace pillarbox::test {

/// A self-signed certificate for `mail.example.test`, made for this test, and
/// a TLS context on it.
class TestCertificate
{
public:
    TestCertificate() { net::ensure_self_signed(certificate(), key(), "mail.example.test"); }

    std::filesystem::path certificate() const { return folder_.path() / "certificate.pem"; }
    std::filesystem::path key() const { return folder_.path() / "key.pem"; }

    /// For start_tls() over a MemoryStream as well, which does not look at it.
    net::TlsContext& context()
    {
        if (!context_) context_ = std::make_unique<net::TlsContext>(options());
        return *context_;
    }
    net::TlsContext::Options options() const { return {certificate(), key(), true}; }

private:
    TemporaryFolder folder_;
    std::unique_ptr<net::TlsContext> context_;
};

} // namespace pillarbox::test
