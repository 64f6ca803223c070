// A whole exchange: the first line is AUTH's argument, each further one a
// response. A claim that comes out names somebody, or has a token that does, and
// holds no NUL. Every other input's claim is refused.

#include "server/auth/sasl.hpp"
#include "server/base/ascii.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    namespace sasl = pillarbox::auth::sasl;
    std::string_view lines(reinterpret_cast<const char*>(data), size);
    sasl::Terms terms{.mechanisms =
                          "OAUTHBEARER XOAUTH2 SCRAM-SHA-256-PLUS SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-1 "
                          "CRAM-MD5 PLAIN LOGIN",
                      .hostname = "mail.test",
                      .key = std::string(32, 'k'),
                      .channel_binding = [](std::string_view type) {
                          return type == "tls-exporter" ? std::string(32, 'b') : std::string();
                      }};
    auto exchange = sasl::Exchange::open(pillarbox::ascii::take_until(lines, '\n'), terms);
    if (!exchange) return 0;
    sasl::Step step = exchange->start();
    int challenges = 0;
    while (step.kind == sasl::Step::Kind::challenge) {
        if (++challenges > 2) std::abort(); // no mechanism here asks more than twice
        step = exchange->feed(pillarbox::ascii::take_until(lines, '\n'));
    }
    if (step.kind != sasl::Step::Kind::claim) return 0;
    const auto& user = pillarbox::auth::user_of(exchange->claim());
    const auto* token = std::get_if<pillarbox::auth::TokenClaim>(&exchange->claim());
    if ((user.empty() && !token) || user.find('\0') != std::string::npos) std::abort();
    if (token && (token->token.empty() || token->token.find('\0') != std::string::npos)) std::abort();
    const auto* plain = std::get_if<pillarbox::auth::PasswordClaim>(&exchange->claim());
    if (plain && (plain->password.empty() || plain->password.find('\0') != std::string::npos)) std::abort();
    step = exchange->settle(size % 2 == 0 ? std::optional<std::string>("signature") : std::nullopt);
    if (step.kind == sasl::Step::Kind::challenge)
        step = exchange->feed(pillarbox::ascii::take_until(lines, '\n'));
    if (step.kind == sasl::Step::Kind::challenge || step.kind == sasl::Step::Kind::claim) std::abort();
    return 0;
}
