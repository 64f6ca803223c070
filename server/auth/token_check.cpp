#include "server/auth/token_check.hpp"

#include "server/auth/introspection.hpp"
#include "server/base/log.hpp"
#include "server/net/http_client.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

namespace pillarbox::auth {

namespace {

constexpr std::size_t largest_key_file = std::size_t{1} << 20;
constexpr std::size_t largest_secret_file = 4096;

std::string read_file(const std::filesystem::path& path, std::size_t largest)
{
    std::ifstream file(path, std::ios::binary);
    std::string text(largest + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad() || (file.fail() && !file.eof()))
        throw std::runtime_error("it cannot be read: " + std::generic_category().message(errno));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > largest)
        throw std::runtime_error("it is larger than " + std::to_string(largest) + " octets");
    return text;
}

/// The first line.
std::string read_secret(const std::filesystem::path& path)
{
    std::string secret = read_file(path, largest_secret_file);
    secret.resize(std::min(secret.find_first_of("\r\n"), secret.size()));
    if (secret.empty()) throw std::runtime_error("its first line, which should be the secret, is empty");
    return secret;
}

/// What `read` returns of a file that a setting names; its mistakes become the
/// setting's.
template <class Read>
auto from(std::string_view key, const std::filesystem::path& path, Read read)
{
    try {
        return read(path);
    } catch (const std::runtime_error& error) {
        throw ConfigError(std::string(key) + ": " + path.string() + ": " + error.what());
    }
}

} // namespace

TokenCheck::TokenCheck(const Config::Auth& settings)
    : rules_{.issuer = settings.oauth_issuer,
             .audience = settings.oauth_audience,
             .scope = settings.oauth_scope,
             .user_claim = settings.oauth_user_claim,
             .must_expire = true},
      endpoint_(settings.oauth_introspection)
{
    if (endpoint_.host.empty()) {
        const auto read = [](const auto& path) { return KeySet(read_file(path, largest_key_file)); };
        keys_ = from("auth.oauth_keys", settings.oauth_keys, read);
        for (const std::string& note : keys_->notes())
            Log().warning("auth.oauth_key_ignored",
                          {{"file", settings.oauth_keys.string()}, {"reason", note}});
        return;
    }
    rules_.must_expire = false; // the provider says that it holds, RFC 7662 §2.2
    authorization_ = introspection::authorization(
        settings.oauth_client_id,
        from("auth.oauth_client_secret_file", settings.oauth_client_secret_file, read_secret));
    trust_.emplace();
}

std::shared_ptr<const TokenCheck> TokenCheck::make(const Config::Auth& settings)
{
    return settings.takes_tokens() ? std::make_shared<const TokenCheck>(settings) : nullptr;
}

TokenVerdict TokenCheck::verify(std::string_view token, std::chrono::sys_seconds now) const
{
    const auto parsed = jwt::parse(token);
    if (!parsed) return verdict_of(parsed.error());
    if (const auto refusal = keys_->refuses(*parsed)) return verdict_of(*refusal);
    return verdict_of(user_of(parsed->claims, rules_, now));
}

boost::asio::awaitable<TokenVerdict> TokenCheck::ask(std::string token) const
{
    net::HttpQuestion question{.url = endpoint_,
                               .authorization = authorization_,
                               .content_type = std::string(introspection::content_type),
                               .body = introspection::question(token)};
    const auto answer = co_await net::ask(std::move(question), *trust_);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    TokenVerdict verdict{.why = "there is no answer"};
    if (answer) verdict = introspection::judge(answer->status, answer->body, rules_, now);
    if (verdict.kind == TokenVerdict::Kind::unusable)
        Log().warning("auth.introspection_failed",
                      {{"host", endpoint_.authority()},
                       {"status", answer ? answer->status : 0},
                       {"reason", answer ? std::string(verdict.why) : answer.error().why}});
    co_return verdict;
}

std::string discovery_url(std::string_view issuer)
{
    if (!issuer.starts_with("https://") && !issuer.starts_with("http://")) return {};
    if (issuer.ends_with('/')) issuer.remove_suffix(1);
    return std::string(issuer) + "/.well-known/openid-configuration";
}

} // namespace pillarbox::auth
