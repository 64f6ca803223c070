#include "server/auth/token_check.hpp"

#include "server/base/log.hpp"

#include <cerrno>
#include <fstream>
#include <system_error>

namespace pillarbox::auth {

namespace {

constexpr std::size_t largest_key_file = std::size_t{1} << 20;

std::string read_keys(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    std::string text(largest_key_file + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad() || (file.fail() && !file.eof()))
        throw std::runtime_error("it cannot be read: " + std::generic_category().message(errno));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > largest_key_file) throw std::runtime_error("it is larger than 1 MiB");
    return text;
}

} // namespace

TokenCheck::TokenCheck(const Config::Auth& settings)
    : rules_{.issuer = settings.oauth_issuer,
             .audience = settings.oauth_audience,
             .scope = settings.oauth_scope,
             .user_claim = settings.oauth_user_claim,
             .must_expire = true}
{
    const auto path = settings.oauth_keys.string();
    try {
        keys_.emplace(read_keys(settings.oauth_keys));
    } catch (const std::runtime_error& error) {
        throw ConfigError("auth.oauth_keys: " + path + ": " + error.what());
    }
    for (const std::string& note : keys_->notes())
        Log().warning("auth.oauth_key_ignored", {{"file", path}, {"reason", note}});
}

std::shared_ptr<const TokenCheck> TokenCheck::make(const Config::Auth& settings)
{
    return settings.takes_tokens() ? std::make_shared<const TokenCheck>(settings) : nullptr;
}

boost::system::result<std::string, Refusal> TokenCheck::user_of(std::string_view token,
                                                                std::chrono::sys_seconds now) const
{
    const auto parsed = jwt::parse(token);
    if (!parsed) return parsed.error();
    if (const auto refusal = keys_->refuses(*parsed)) return *refusal;
    return auth::user_of(parsed->claims, rules_, now);
}

std::string discovery_url(std::string_view issuer)
{
    if (!issuer.starts_with("https://") && !issuer.starts_with("http://")) return {};
    if (issuer.ends_with('/')) issuer.remove_suffix(1);
    return std::string(issuer) + "/.well-known/openid-configuration";
}

} // namespace pillarbox::auth
