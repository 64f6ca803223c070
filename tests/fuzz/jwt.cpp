// A JWK Set and a token, parted by an empty line. No signature that the fuzzer can
// think of holds. All of it is a provider's answer about a token, too.

#include "server/auth/introspection.hpp"
#include "server/auth/jwks.hpp"
#include "server/auth/token_claims.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace {

/// The public key of RFC 7517 appendix A.1.
constexpr std::string_view known = R"({"keys":[{"kty":"EC","crv":"P-256","kid":"1",
    "x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]})";

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    namespace auth = pillarbox::auth;
    static const auth::KeySet keys{known};
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto parting = text.find("\n\n");
    std::string_view token = text;
    std::optional<auth::KeySet> own;
    if (parting != std::string_view::npos) {
        token.remove_prefix(parting + 2);
        try {
            own.emplace(text.substr(0, parting));
        } catch (const std::runtime_error&) {
            own.reset(); // no JWK Set
        }
    }
    const auth::ClaimRules rules{
        .issuer = "i", .audience = "a", .scope = "s", .user_claim = "email", .must_expire = true};
    const auto verdict = auth::introspection::judge(200, text, rules, std::chrono::sys_seconds{});
    if (verdict.name.empty() != (verdict.kind != auth::TokenVerdict::Kind::known)) std::abort();
    const auto parsed = auth::jwt::parse(token);
    if (!parsed) return 0;
    if (!keys.refuses(*parsed)) std::abort();
    if (own) static_cast<void>(own->refuses(*parsed));
    const auto user = auth::user_of(parsed->claims, rules, std::chrono::sys_seconds{});
    if (user && user->empty()) std::abort();
    return 0;
}
