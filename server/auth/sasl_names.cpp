#include "server/auth/sasl_names.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>
#include <array>

namespace pillarbox::auth::sasl {

bool is_registered(std::string_view name)
{
    static constexpr std::array<std::string_view, 22> names{
        "ANONYMOUS",
        "CRAM-MD5",
        "DIGEST-MD5",
        "EXTERNAL",
        "GS2-KRB5",
        "GS2-KRB5-PLUS",
        "GSS-SPNEGO",
        "GSSAPI",
        "KERBEROS_V4",
        "LOGIN",
        "NTLM",
        "OAUTHBEARER",
        "OPENID20",
        "OTP",
        "PLAIN",
        "SAML20",
        "SCRAM-SHA-1",
        "SCRAM-SHA-256",
        "SCRAM-SHA-1-PLUS",
        "SCRAM-SHA-256-PLUS",
        "XOAUTH2",
        "SCRAM-SHA-512",
    };
    return std::ranges::any_of(names, [name](std::string_view known) { return ascii::equal(name, known); });
}

} // namespace pillarbox::auth::sasl
