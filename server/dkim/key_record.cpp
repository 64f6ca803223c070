#include "server/dkim/key_record.hpp"

#include "server/base/ascii.hpp"
#include "server/base/base64.hpp"

#include <algorithm>

namespace pillarbox::dkim {

namespace {

constexpr int least_rsa_bits = 1024; // RFC 8301 §3.2
constexpr int most_rsa_bits = 8192;

Fault unusable(std::string why)
{
    return {Outcome::permerror, std::move(why)};
}

bool has_word(std::string_view value, std::string_view word)
{
    return std::ranges::any_of(split_words(value),
                               [word](std::string_view w) { return ascii::equal(w, word); });
}

} // namespace

Parsed<KeyRecord> parse_key_record(std::string_view text, const Signature& signature)
{
    const auto tags = TagList::parse(text);
    if (!tags) return unusable("its key record is malformed");
    const auto v = tags->find("v");
    if (v && (*v != "DKIM1" || !tags->first_is("v"))) return unusable("its key record is of another version");
    if (const auto h = tags->find("h"); h && !has_word(*h, "sha256"))
        return unusable("its key is for other hashes than SHA-256");
    if (const auto s = tags->find("s"); s && !has_word(*s, "email") && !has_word(*s, "*"))
        return unusable("its key is not for mail");
    if (!ascii::equal(tags->find("k").value_or("rsa"), key_type_of(signature.algorithm)))
        return unusable("its key is for another algorithm");
    const auto p = tags->find("p");
    if (!p) return unusable("its key record has no key");
    if (p->empty()) return unusable("its key was revoked");
    const auto octets = base64_decode(without_white_space(*p));
    auto key = octets ? PublicKey::parse(signature.algorithm, *octets) : std::nullopt;
    if (!key) return unusable("its key is malformed");
    if (signature.algorithm == Algorithm::rsa_sha256) {
        if (key->bits() < least_rsa_bits)
            return Fault{Outcome::policy, "its RSA key of " + std::to_string(key->bits()) +
                                              " bits is too weak to be believed"};
        if (key->bits() > most_rsa_bits)
            return Fault{Outcome::policy,
                         "its RSA key has more than " + std::to_string(most_rsa_bits) + " bits"};
    }
    const std::string_view flags = tags->find("t").value_or("");
    KeyRecord record{*std::move(key), has_word(flags, "y"), has_word(flags, "s")};
    if (record.identity_is_exact && signature.identity_domain != signature.domain)
        return unusable("its key is not for domains below its own, and i= is one");
    return record;
}

std::string key_record_text(const PrivateKey& key)
{
    return "v=DKIM1; k=" + std::string(key_type_of(key.algorithm())) +
           "; p=" + base64_encode(key.public_octets());
}

} // namespace pillarbox::dkim
