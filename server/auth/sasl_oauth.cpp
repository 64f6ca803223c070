// The dialogue of RFC 7628 §3 and §4, and that of XOAUTH2, which Google made
// before it and Microsoft took over; ^A is the octet 1:
//
//   C: n,a=alice@example.org,^Ahost=mail.example.org^Aport=995^Aauth=Bearer dGhlIHRva2Vu^A^A
//   S: {"status":"invalid_token","scope":"mail"}                    only when refused
//   C: ^A
//
//   C: user=alice@example.org^Aauth=Bearer dGhlIHRva2Vu^A^A
//   S: {"status":"401","schemes":"bearer","scope":"mail"}           the same
//   C:

#include "server/auth/sasl_mechanisms.hpp"
#include "server/base/ascii.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstdint>

namespace pillarbox::auth::sasl {

namespace {

namespace json = boost::json;

constexpr char separator = '\x01';

/// The token behind `Bearer` (RFC 6750 §2.1, in any case); nothing where it is
/// something else.
std::optional<std::string_view> token_of(std::string_view credentials)
{
    const auto scheme = ascii::take_until(credentials, ' ');
    const auto ordinary = [](char c) { return c > ' ' && c <= '~'; };
    if (!ascii::equal(scheme, "Bearer") || credentials.empty() || !std::ranges::all_of(credentials, ordinary))
        return std::nullopt;
    return credentials;
}

/// What both mechanisms have: key=value pairs, each with a separator behind it,
/// and one more at the end.
class BearerMechanism : public Mechanism
{
public:
    explicit BearerMechanism(const Terms& terms)
        : scope_(terms.oauth_scope), discovery_(terms.oauth_discovery)
    {}

    Step respond(std::string_view response) override
    {
        if (told_) return {Step::Kind::denied, {}};
        if (response.find('\0') != std::string_view::npos) return {};
        std::optional<std::string> user = take_user(response);
        if (!user) return {};
        std::optional<std::string_view> credentials;
        while (response != std::string_view(&separator, 1)) {
            if (response.find(separator) == std::string_view::npos) return {};
            std::string_view value = ascii::take_until(response, separator);
            const bool pair = value.find('=') != std::string_view::npos;
            const auto key = ascii::take_until(value, '=');
            if (!pair || !acceptable(key, value) || (key == "auth" && credentials)) return {};
            if (key == "auth") credentials = value;
        }
        if (!credentials) return {};
        claim_ = TokenClaim{.user = *std::move(user), .token = {}};
        // Without a token it comes to be told where to get one: RFC 7628 §4.3.
        told_ = credentials->empty();
        if (told_) return refused();
        const auto token = token_of(*credentials);
        if (!token) return {};
        std::get<TokenClaim>(claim_).token = *token;
        return {Step::Kind::claim, {}};
    }

protected:
    /// Whom it is for, taken with the separator behind it; empty where it need
    /// not say so.
    virtual std::optional<std::string> take_user(std::string_view& response) = 0;
    virtual bool acceptable(std::string_view key, std::string_view value) const = 0;

    const std::string scope_;
    const std::string discovery_;

private:
    bool told_ = false;
};

class OAuthBearer : public BearerMechanism
{
public:
    using BearerMechanism::BearerMechanism;

    /// RFC 7628 §3.2.2.
    Step refused() override
    {
        json::object why{{"status", "invalid_token"}}; // RFC 6750 §3.1
        if (!scope_.empty()) why["scope"] = scope_;
        if (!discovery_.empty()) why["openid-configuration"] = discovery_;
        return {Step::Kind::challenge, json::serialize(why)};
    }

private:
    /// The header of RFC 5801 §4.
    std::optional<std::string> take_user(std::string_view& response) override
    {
        // RFC 7628 §3.1: nothing binds to a channel. "y" only adds that the
        // client could.
        const auto flag = ascii::take_until(response, ',');
        std::string_view identity = ascii::take_until(response, ',');
        if ((flag != "n" && flag != "y") || !response.starts_with(separator)) return std::nullopt;
        response.remove_prefix(1);
        if (identity.empty()) return std::string();
        if (!identity.starts_with("a=")) return std::nullopt;
        auto name = name_of(identity.substr(2));
        if (!name || name->empty()) return std::nullopt;
        return name;
    }

    /// Where the client believes to be is of use only to schemes that sign it.
    bool acceptable(std::string_view key, std::string_view value) const override
    {
        const auto letter = [](char c) { return ascii::lower(c) >= 'a' && ascii::lower(c) <= 'z'; };
        if (key == "port") return ascii::parse_number<std::uint16_t>(value).has_value();
        return !key.empty() && std::ranges::all_of(key, letter);
    }
};

class XOAuth2 : public BearerMechanism
{
public:
    using BearerMechanism::BearerMechanism;

    Step refused() override
    {
        json::object why{{"status", "401"}, {"schemes", "bearer"}, {"scope", scope_}};
        return {Step::Kind::challenge, json::serialize(why)};
    }

private:
    std::optional<std::string> take_user(std::string_view& response) override
    {
        std::string_view value = ascii::take_until(response, separator);
        if (ascii::take_until(value, '=') != "user" || value.empty()) return std::nullopt;
        return std::string(value);
    }

    bool acceptable(std::string_view key, std::string_view) const override { return key == "auth"; }
};

} // namespace

std::unique_ptr<Mechanism> make_oauthbearer(const Terms& terms)
{
    return std::make_unique<OAuthBearer>(terms);
}

std::unique_ptr<Mechanism> make_xoauth2(const Terms& terms)
{
    return std::make_unique<XOAuth2>(terms);
}

} // namespace pillarbox::auth::sasl
