#include "server/auth/sasl.hpp"

#include "server/auth/sasl_mechanisms.hpp"
#include "server/base/account_name.hpp"
#include "server/base/ascii.hpp"
#include "server/base/base64.hpp"

#include <algorithm>

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
        if (!authorization.empty() && !same_user(authorization, user)) return {Step::Kind::denied, {}};
        claim_ = PasswordClaim{std::string(user), std::string(password)};
        return {Step::Kind::claim, {}};
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
        if (user_.empty()) {
            user_ = response;
            return {Step::Kind::challenge, "Password:"};
        }
        claim_ = PasswordClaim{user_, std::string(response)};
        return {Step::Kind::claim, {}};
    }

private:
    std::string user_;
};

/// EXTERNAL, RFC 4422 appendix A: the certificate of the client's TLS handshake
/// says who it is. An authorisation identity must be one of those that it names;
/// without one it is the first.
class External : public Mechanism
{
public:
    explicit External(const Terms& terms) : certified_(terms.certified) {}

    Step respond(std::string_view response) override
    {
        if (response.find('\0') != std::string_view::npos) return malformed();
        const auto named = std::ranges::find_if(certified_, [response](const std::string& address) {
            return response.empty() || same_user(address, response);
        });
        if (named == certified_.end()) return {Step::Kind::denied, {}};
        claim_ = CertificateClaim{*named};
        return {Step::Kind::claim, {}};
    }

private:
    const std::vector<std::string> certified_;
};

std::unique_ptr<Mechanism> make(std::string_view name, const Terms& terms)
{
    if (name == "PLAIN") return std::make_unique<Plain>();
    if (name == "LOGIN") return std::make_unique<LoginMechanism>();
    if (name == "EXTERNAL") return std::make_unique<External>(terms);
    if (name == "CRAM-MD5") return make_cram_md5(terms);
    if (name == "OAUTHBEARER") return make_oauthbearer(terms);
    if (name == "XOAUTH2") return make_xoauth2(terms);
    if (name == "SCRAM-SHA-1") return make_scram(terms, scram::Hash::sha1, false);
    if (name == "SCRAM-SHA-1-PLUS") return make_scram(terms, scram::Hash::sha1, true);
    if (name == "SCRAM-SHA-256") return make_scram(terms, scram::Hash::sha256, false);
    if (name == "SCRAM-SHA-256-PLUS") return make_scram(terms, scram::Hash::sha256, true);
    return nullptr;
}

} // namespace

std::optional<std::string> name_of(std::string_view text)
{
    std::string name;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '=') {
            name += text[i];
        } else if (text.substr(i, 3) == "=2C") {
            name += ',';
            i += 2;
        } else if (text.substr(i, 3) == "=3D") {
            name += '=';
            i += 2;
        } else {
            return std::nullopt;
        }
    }
    return name;
}

bool same_user(std::string_view a, std::string_view b)
{
    return account_name(a) == account_name(b);
}

std::optional<Exchange> Exchange::open(std::string_view argument, const Terms& terms)
{
    const bool initial = argument.find(' ') != std::string_view::npos;
    const std::string_view wanted = ascii::take_until(argument, ' ');
    std::unique_ptr<Mechanism> mechanism;
    std::string_view offered = terms.mechanisms;
    while (!offered.empty() && !mechanism) {
        const std::string_view name = ascii::take_until(offered, ' ');
        if (ascii::equal(name, wanted)) mechanism = make(name, terms);
    }
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
    if (refused_) return {Step::Kind::done, {}};         // whatever else it says, RFC 7628 §3.2.3
    const auto response = base64_decode(line);
    if (!response) return malformed();
    return respond(*response);
}

Step Exchange::settle(const std::optional<std::string>& signature)
{
    refused_ = !signature;
    Step step = signature ? mechanism_->accepted(*signature) : mechanism_->refused();
    step.text = base64_encode(step.text);
    return step;
}

Step Exchange::respond(std::string_view response)
{
    Step step = mechanism_->respond(response);
    step.text = base64_encode(step.text);
    return step;
}

std::string offered(const std::vector<std::string>& configured, bool scram, bool secure, bool certified)
{
    std::string list = certified ? "EXTERNAL" : "";
    for (const auto& name : configured) {
        if (name.starts_with("SCRAM-") && !scram) continue;
        if (name.ends_with("-PLUS") && !secure) continue;
        list += list.empty() ? "" : " ";
        list += name;
    }
    return list;
}

} // namespace pillarbox::auth::sasl
