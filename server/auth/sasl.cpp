#include "server/auth/sasl.hpp"

#include "server/base/ascii.hpp"
#include "server/base/base64.hpp"

namespace pillarbox::auth::sasl {

namespace {

Step malformed()
{
    return {Step::Kind::malformed, {}};
}

/// RFC 4616: authzid NUL authcid NUL passwd in one response.
class Plain : public Mechanism
{
public:
    Step begin() override { return {Step::Kind::challenge, {}}; }

    Step respond(std::string_view response) override
    {
        const auto first = response.find('\0');
        if (first == std::string_view::npos) return malformed();
        const auto second = response.find('\0', first + 1);
        if (second == std::string_view::npos) return malformed();
        const std::string_view authorization = response.substr(0, first);
        const std::string_view user = response.substr(first + 1, second - first - 1);
        const std::string_view password = response.substr(second + 1);
        // RFC 4616 §2: both have at least one octet, and NUL is in neither.
        if (user.empty() || password.empty() || password.find('\0') != std::string_view::npos)
            return malformed();
        if (!authorization.empty() && !ascii::equal(authorization, user)) return {Step::Kind::denied, {}};
        credentials_ = {std::string(user), std::string(password)};
        return {Step::Kind::complete, {}};
    }
};

/// draft-murchison-sasl-login: no standard, but Outlook knows nothing else.
/// Clients look for these two prompts.
class LoginMechanism : public Mechanism
{
public:
    Step begin() override { return {Step::Kind::challenge, "Username:"}; }

    Step respond(std::string_view response) override
    {
        if (response.empty() || response.find('\0') != std::string_view::npos) return malformed();
        if (credentials_.user.empty()) {
            credentials_.user = response;
            return {Step::Kind::challenge, "Password:"};
        }
        credentials_.password = response;
        return {Step::Kind::complete, {}};
    }
};

std::unique_ptr<Mechanism> make(std::string_view name)
{
    if (ascii::equal(name, "PLAIN")) return std::make_unique<Plain>();
    if (ascii::equal(name, "LOGIN")) return std::make_unique<LoginMechanism>();
    return nullptr;
}

} // namespace

std::optional<Exchange> Exchange::open(std::string_view argument)
{
    const bool initial = argument.find(' ') != std::string_view::npos;
    auto mechanism = make(ascii::take_until(argument, ' '));
    if (!mechanism) return std::nullopt;
    std::optional<std::string> response;
    if (initial) response = std::string(argument);
    return Exchange(std::move(mechanism), std::move(response));
}

Step Exchange::start()
{
    if (!initial_) {
        Step step = mechanism_->begin();
        step.text = base64_encode(step.text);
        return step;
    }
    const std::string response = *std::move(initial_);
    initial_.reset();
    // RFC 4954 §4, RFC 5034 §4: an initial response of no octets is sent as "=".
    if (response == "=") return respond({});
    if (response.empty()) return malformed();
    return feed(response);
}

Step Exchange::feed(std::string_view line)
{
    if (line == "*") return {Step::Kind::cancelled, {}}; // RFC 4954 §4, RFC 5034 §4
    const auto response = base64_decode(line);
    if (!response) return malformed();
    return respond(*response);
}

Step Exchange::respond(std::string_view response)
{
    Step step = mechanism_->respond(response);
    step.text = base64_encode(step.text);
    return step;
}

} // namespace pillarbox::auth::sasl
