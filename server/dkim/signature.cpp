#include "server/dkim/signature.hpp"

#include "server/base/ascii.hpp"
#include "server/base/base64.hpp"
#include "server/base/domain_name.hpp"

#include <algorithm>
#include <initializer_list>
#include <limits>

namespace pillarbox::dkim {

namespace {

constexpr std::size_t hash_octets = 32;
constexpr std::size_t longest_name = 253;      // RFC 1035 §2.3.4, in text
constexpr std::size_t most_length_digits = 76; // §3.5, l=
constexpr std::size_t most_time_digits = 12;   // §3.5, t= and x=

Fault neutral(std::string why)
{
    return {Outcome::neutral, std::move(why)};
}

/// A name as DNS has it, in lower case: letters, digits, hyphens, underscores
/// and dots. It goes into questions, log lines and header fields.
std::optional<std::string> name_in_dns(std::string_view text)
{
    auto name = domain_name::to_ascii(text);
    const auto may_be = [](char c) {
        return (c >= 'a' && c <= 'z') || ascii::is_digit(c) || c == '-' || c == '_' || c == '.';
    };
    if (!name || name->empty() || name->size() > longest_name || !std::ranges::all_of(*name, may_be) ||
        name->front() == '.' || name->back() == '.' || name->find("..") != std::string::npos)
        return std::nullopt;
    return name;
}

std::optional<Fault> read_algorithm(const TagList& tags, Signature& signature)
{
    const auto name = tags.find("a").value_or("");
    for (const Algorithm known : {Algorithm::rsa_sha256, Algorithm::ed25519_sha256}) {
        if (ascii::equal(name, name_of(known))) {
            signature.algorithm = known;
            return std::nullopt;
        }
    }
    if (ascii::equal(name, "rsa-sha1")) // RFC 8301 §3.1
        return Fault{Outcome::policy, "rsa-sha1 is too weak to be believed"};
    return neutral("its algorithm (a=) is none that is known here");
}

std::optional<Fault> read_octets(const TagList& tags, Signature& signature)
{
    const auto octets = base64_decode(without_white_space(tags.find("b").value_or("")));
    if (!octets || octets->empty()) return neutral("b= is missing or no base64");
    signature.octets = *octets;
    return std::nullopt;
}

std::optional<Fault> read_body_hash(const TagList& tags, Signature& signature)
{
    const auto hash = base64_decode(without_white_space(tags.find("bh").value_or("")));
    if (!hash || hash->size() != hash_octets) return neutral("bh= is missing or no hash in base64");
    signature.body_hash = *hash;
    return std::nullopt;
}

std::optional<Form> parse_form(std::string_view name)
{
    for (const Form known : {Form::simple, Form::relaxed})
        if (ascii::equal(name, name_of(known))) return known;
    return std::nullopt;
}

std::optional<Fault> read_forms(const TagList& tags, Signature& signature)
{
    const auto c = tags.find("c");
    if (!c) return std::nullopt; // simple/simple
    std::string_view rest = *c;
    const auto header = parse_form(ascii::take_until(rest, '/'));
    const bool alone = c->find('/') == std::string_view::npos;
    const auto body = alone ? Form::simple : parse_form(rest);
    if (!header || !body) return neutral("its canonicalization (c=) is none that is known here");
    signature.header_form = *header;
    signature.body_form = *body;
    return std::nullopt;
}

std::optional<Fault> read_names(const TagList& tags, Signature& signature)
{
    const auto domain = name_in_dns(tags.find("d").value_or(""));
    const auto selector = name_in_dns(tags.find("s").value_or(""));
    if (!domain) return neutral("d= is missing or no domain");
    if (!selector) return neutral("s= is missing or no selector");
    signature.domain = *domain;
    signature.selector = *selector;
    if (signature.key_name().size() > longest_name) return neutral("the name of its key is too long");
    signature.identity_domain = *domain;
    return std::nullopt;
}

std::optional<Fault> read_identity(const TagList& tags, Signature& signature)
{
    const std::string& domain = signature.domain;
    if (const auto identity = tags.find("i")) {
        const std::size_t at = identity->rfind('@');
        const auto its = at == std::string_view::npos ? std::nullopt : name_in_dns(identity->substr(at + 1));
        if (!its) return neutral("i= is no address");
        if (*its != domain && !its->ends_with('.' + domain))
            return neutral("i= is of another domain than d=");
        signature.identity_domain = *its;
    }
    return std::nullopt;
}

std::optional<Fault> read_fields(const TagList& tags, Signature& signature)
{
    const auto h = tags.find("h");
    if (!h) return neutral("h= is missing");
    for (const auto name : split_words(*h)) {
        if (name.empty()) return neutral("h= has an empty name");
        signature.fields.push_back(ascii::to_lower(name));
    }
    if (std::ranges::find(signature.fields, "from") == signature.fields.end()) // §5.4
        return Fault{Outcome::permerror, "it does not cover From"};
    return std::nullopt;
}

/// A number that may have more digits than a word holds: then it is as good as endless.
std::optional<std::uint64_t> parse_number(std::string_view digits, std::size_t most_digits)
{
    if (digits.empty() || digits.size() > most_digits || !std::ranges::all_of(digits, ascii::is_digit))
        return std::nullopt;
    return ascii::parse_number<std::uint64_t>(digits).value_or(std::numeric_limits<std::uint64_t>::max());
}

std::optional<Fault> read_numbers(const TagList& tags, Signature& signature)
{
    if (const auto l = tags.find("l")) {
        signature.body_length = parse_number(*l, most_length_digits);
        if (!signature.body_length) return neutral("l= is no number");
    }
    std::optional<std::uint64_t> signed_at;
    if (const auto t = tags.find("t")) {
        signed_at = parse_number(*t, most_time_digits);
        if (!signed_at) return neutral("t= is no time");
    }
    if (const auto x = tags.find("x")) {
        const auto expires = parse_number(*x, most_time_digits);
        if (!expires) return neutral("x= is no time");
        if (signed_at && *expires <= *signed_at) return neutral("x= is not after t=");
        signature.expires = std::chrono::sys_seconds(std::chrono::seconds(*expires));
    }
    return std::nullopt;
}

std::optional<Fault> refuse_seals(const TagList& /*tags*/, Signature& signature)
{
    if (std::ranges::find(signature.fields, "arc-seal") != signature.fields.end())
        return neutral("h= names ARC-Seal");
    return std::nullopt;
}

std::optional<Fault> refuse_fields(const TagList& tags, Signature& signature)
{
    signature.header_form = Form::relaxed;
    if (tags.find("h")) return neutral("a seal has no h=");
    return std::nullopt;
}

using Read = std::optional<Fault> (*)(const TagList&, Signature&);

Parsed<Signature> read_all(const TagList& tags, std::initializer_list<Read> parts)
{
    Signature signature;
    for (const auto read : parts)
        if (auto fault = read(tags, signature)) return *std::move(fault);
    return signature;
}

/// q= names one that is known: others come to be.
bool asks_dns(const TagList& tags)
{
    const auto q = tags.find("q");
    return !q || std::ranges::any_of(split_words(*q),
                                     [](std::string_view way) { return ascii::equal(way, "dns/txt"); });
}

} // namespace

std::string_view name_of(Outcome outcome)
{
    switch (outcome) {
    case Outcome::pass:
        return "pass";
    case Outcome::fail:
        return "fail";
    case Outcome::policy:
        return "policy";
    case Outcome::neutral:
        return "neutral";
    case Outcome::temperror:
        return "temperror";
    case Outcome::permerror:
        return "permerror";
    }
    return "neutral";
}

Parsed<Signature> parse_signature(const TagList& tags)
{
    if (tags.find("v") != "1") return neutral("its version (v=) is not 1");
    if (!asks_dns(tags)) return neutral("its key is not in DNS (q=)");
    return read_all(tags, {&read_algorithm, &read_octets, &read_body_hash, &read_forms, &read_names,
                           &read_identity, &read_fields, &read_numbers});
}

Parsed<Signature> parse_message_signature(const TagList& tags)
{
    return read_all(tags, {&read_algorithm, &read_octets, &read_body_hash, &read_forms, &read_names,
                           &read_fields, &refuse_seals, &read_numbers});
}

Parsed<Signature> parse_seal(const TagList& tags)
{
    return read_all(tags, {&read_algorithm, &read_octets, &read_names, &refuse_fields, &read_numbers});
}

} // namespace pillarbox::dkim
