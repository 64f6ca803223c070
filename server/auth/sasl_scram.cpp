// The dialogue of RFC 5802 §3:
//
//   C: n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL
//   S: r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096
//   C: c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=
//   S: v=rmF9pqV8S7suAoZWja4dJRkFsKQ=
//   C:

#include "server/auth/sasl_mechanisms.hpp"
#include "server/base/ascii.hpp"
#include "server/base/base64.hpp"
#include "server/base/random.hpp"

namespace pillarbox::auth::sasl {

namespace {

constexpr std::size_t longest_message = 2048;

/// The value of the next attribute, if it is that one.
std::optional<std::string_view> take(std::string_view& rest, std::string_view attribute)
{
    if (!rest.starts_with(attribute)) return std::nullopt;
    auto value = ascii::take_until(rest, ',');
    value.remove_prefix(attribute.size());
    return value;
}

class Scram : public Mechanism
{
public:
    Scram(const Terms& terms, scram::Hash hash, bool plus)
        : key_(terms.key), channel_binding_(terms.channel_binding), hash_(hash), plus_(plus)
    {}

    Step respond(std::string_view response) override
    {
        if (response.size() > longest_message || response.find('\0') != std::string_view::npos) return {};
        switch (state_) {
        case State::client_first:
            return first(response);
        case State::client_final:
            return final(response);
        case State::server_final:
            break;
        }
        // The client has nothing to say to the server's proof.
        return {response.empty() ? Step::Kind::done : Step::Kind::malformed, {}};
    }

    Step accepted(std::string_view signature) override
    {
        state_ = State::server_final;
        return {Step::Kind::challenge, "v=" + base64_encode(signature)};
    }

private:
    enum class State
    {
        client_first,
        client_final,
        server_final
    };

    Step first(std::string_view message)
    {
        std::string_view rest = message;
        const std::string_view flag = ascii::take_until(rest, ',');
        if (const Step step = bind(flag); step.kind != Step::Kind::challenge) return step;
        std::string_view identity = ascii::take_until(rest, ',');
        const std::string_view bare = rest;
        binding_.insert(0, message.substr(0, message.size() - bare.size()));

        const auto user = take(rest, "n=");
        const auto nonce = take(rest, "r=");
        if (!user || !nonce || nonce->empty()) return {}; // "m=" is for extensions that we must know
        auto name = name_of(*user);
        if (!name || name->empty()) return {};
        if (!identity.empty()) {
            if (!identity.starts_with("a=")) return {};
            const auto other = name_of(identity.substr(2));
            if (!other) return {};
            if (!same_user(*other, *name)) return {Step::Kind::denied, {}};
        }
        user_ = *std::move(name);
        nonce_ = std::string(*nonce) + random_name(32);
        const std::string reply = "r=" + nonce_ + ",s=" + base64_encode(scram::salt_for(key_, user_)) +
                                  ",i=" + std::to_string(scram::iterations);
        messages_ = std::string(bare) + ',' + reply + ',';
        state_ = State::client_final;
        return {Step::Kind::challenge, reply};
    }

    /// What the flag says of channel binding; a challenge when we may go on.
    Step bind(std::string_view flag)
    {
        if (flag.starts_with("p=")) {
            if (!plus_ || !channel_binding_) return {};
            binding_ = channel_binding_(flag.substr(2));
            if (binding_.empty()) return {}; // not a type that this connection has
        } else if (flag == "y") {
            // It thinks that we could not. If we said that we can, then
            // somebody has taken that out of our list: RFC 5802 §6.
            if (channel_binding_) return {Step::Kind::denied, {}};
        } else if (flag != "n" || plus_) {
            return {};
        }
        return {Step::Kind::challenge, {}};
    }

    Step final(std::string_view message)
    {
        const auto end = message.rfind(",p=");
        if (end == std::string_view::npos) return {};
        std::string_view rest = message.substr(0, end);
        const auto proof = base64_decode(message.substr(end + 3));
        const auto binding = take(rest, "c=");
        const auto nonce = take(rest, "r=");
        if (!proof || !binding || !nonce) return {};
        if (*nonce != nonce_) return {};
        // Not the TLS connection that the client has: somebody is between.
        if (base64_decode(*binding) != binding_) return {Step::Kind::denied, {}};
        claim_ = ScramClaim{.user = user_,
                            .hash = hash_,
                            .messages = messages_ + std::string(message.substr(0, end)),
                            .proof = *proof};
        return {Step::Kind::claim, {}};
    }

    const std::string key_;
    const std::function<std::string(std::string_view)> channel_binding_;
    const scram::Hash hash_;
    const bool plus_;

    State state_ = State::client_first;
    std::string binding_; // GS2 header, and what binds to the channel
    std::string user_;
    std::string nonce_;
    std::string messages_; // AuthMessage as far as it has come
};

} // namespace

std::unique_ptr<Mechanism> make_scram(const Terms& terms, scram::Hash hash, bool plus)
{
    return std::make_unique<Scram>(terms, hash, plus);
}

} // namespace pillarbox::auth::sasl
