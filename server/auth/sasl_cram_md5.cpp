#include "server/auth/sasl_mechanisms.hpp"
#include "server/base/ascii.hpp"
#include "server/base/random.hpp"

namespace pillarbox::auth::sasl {

namespace {

constexpr std::size_t digest_octets = 32; // in hex

class CramMd5 : public Mechanism
{
public:
    /// Never the same twice, in the form of a Message-ID: RFC 2195 §2.
    explicit CramMd5(const Terms& terms) : challenge_('<' + random_name(26) + '@' + terms.hostname + '>') {}

    Step begin() override
    {
        asked_ = true;
        return {Step::Kind::challenge, challenge_};
    }

    Step respond(std::string_view response) override
    {
        // A name may hold spaces; the digest does not. An initial response
        // could only answer a challenge that was not sent.
        const auto space = response.rfind(' ');
        if (!asked_ || space == std::string_view::npos || space == 0 ||
            response.size() - space - 1 != digest_octets || response.find('\0') != std::string_view::npos)
            return {};
        claim_ = CramClaim{.user = std::string(response.substr(0, space)),
                           .challenge = challenge_,
                           .digest = ascii::to_lower(response.substr(space + 1))};
        return {Step::Kind::claim, {}};
    }

private:
    const std::string challenge_;
    bool asked_ = false;
};

} // namespace

std::unique_ptr<Mechanism> make_cram_md5(const Terms& terms)
{
    return std::make_unique<CramMd5>(terms);
}

} // namespace pillarbox::auth::sasl
