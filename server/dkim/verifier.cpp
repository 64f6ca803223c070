#include "server/dkim/verifier.hpp"

#include "server/base/ascii.hpp"
#include "server/dkim/key_record.hpp"

#include <algorithm>
#include <ranges>

namespace pillarbox::dkim {

namespace {

constexpr std::size_t most_records = 5; // keys at one name that are tried, RFC 6376 §6.1.2
constexpr std::size_t beginning_length = 8;
constexpr std::size_t longest_shown = 320;

/// A value that goes into a header field of ours.
std::string shown(std::string_view value)
{
    if (value.size() > longest_shown) return {};
    const bool plain = std::ranges::all_of(value, [](char c) { return c > ' ' && c < '\x7F'; });
    return plain ? std::string(value) : std::string();
}

/// What can be told of a signature, whatever is wrong with it.
void describe(const TagList& tags, Result& result)
{
    result.domain = ascii::to_lower(shown(tags.find("d").value_or("")));
    result.selector = ascii::to_lower(shown(tags.find("s").value_or("")));
    result.identity = shown(tags.find("i").value_or(""));
    result.algorithm = ascii::to_lower(shown(tags.find("a").value_or("")));
    result.beginning = shown(without_white_space(tags.find("b").value_or("")).substr(0, beginning_length));
}

/// The field with nothing between `b=` and what follows it, RFC 6376 §3.7.
std::string without_octets(std::string_view field, const TagList& tags)
{
    const std::string_view extent = tags.extent("b").value_or("");
    if (extent.empty()) return std::string(field);
    const auto begin = static_cast<std::size_t>(extent.data() - field.data());
    return std::string(field.substr(0, begin)).append(field.substr(begin + extent.size()));
}

void set(Result& result, Fault fault)
{
    result.outcome = fault.outcome;
    result.why = std::move(fault.why);
}

} // namespace

void Verifier::add(std::string_view octets)
{
    const bool before = splitter_.complete();
    octets = splitter_.add(octets);
    if (!before && splitter_.complete()) read_head();
    hash_body(octets);
}

void Verifier::finish()
{
    if (!splitter_.complete() && !splitter_.too_long()) read_head(); // there is no body
    for (auto& canonicalizer : canonicalizers_)
        canonicalizer.finish();
    for (auto& body : bodies_) {
        body.result = body.hash.finish();
    }
    for (auto& candidate : candidates_) {
        if (!candidate.signature) continue;
        if (auto fault = fault_of_body(*candidate.signature, bodies_[candidate.body])) {
            set(candidate.result, *std::move(fault));
            candidate.signature.reset();
        }
    }
}

std::vector<std::string> Verifier::key_names() const
{
    std::vector<std::string> names;
    for (const auto& candidate : candidates_) {
        if (!candidate.signature) continue;
        std::string name = candidate.signature->key_name();
        if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    }
    return names;
}

std::vector<Result> Verifier::judge(const KeyAnswers& keys) const
{
    std::vector<Result> results;
    for (const auto& candidate : candidates_)
        results.push_back(judge(candidate, keys));
    return results;
}

void Verifier::read_head()
{
    header_ = mime::Header(splitter_.head());
    for (const auto& field : header_.fields()) {
        if (!ascii::equal(field.name, "DKIM-Signature")) continue;
        if (candidates_.size() == most_signatures)
            ++passed_over_;
        else
            candidates_.push_back(candidate_of(field));
    }
    // Those of one form share the work; sinks find their bodies by the form.
    for (const Form form : {Form::simple, Form::relaxed}) {
        if (std::ranges::find(bodies_, form, &Body::form) == bodies_.end()) continue;
        canonicalizers_.emplace_back(form, [this, form](std::string_view octets) {
            for (auto& body : bodies_) {
                if (body.form != form) continue;
                body.size += octets.size();
                const std::uint64_t room = body.limit.value_or(body.size) - body.hashed;
                const auto part = octets.substr(0, std::min<std::uint64_t>(room, octets.size()));
                body.hash.add(part);
                body.hashed += part.size();
            }
        });
    }
}

Verifier::Candidate Verifier::candidate_of(const mime::Field& field)
{
    Candidate candidate;
    const auto tags = TagList::parse(field.body);
    if (!tags) {
        set(candidate.result, {Outcome::neutral, "it is no list of tags"});
        return candidate;
    }
    describe(*tags, candidate.result);
    auto signature = parse_signature(*tags);
    if (!signature) {
        set(candidate.result, signature.error());
        return candidate;
    }
    candidate.result.domain = signature->domain;
    if (candidate.result.identity.empty()) candidate.result.identity = '@' + signature->domain;
    if (signature->expires && *signature->expires < now_) {
        set(candidate.result, {Outcome::fail, "its time is over (x=)"});
        return candidate;
    }
    // Another From than the one that is signed, to be shown in its place: §8.15.
    if (header_.count("From") > static_cast<std::size_t>(std::ranges::count(signature->fields, "from"))) {
        set(candidate.result, {Outcome::policy, "the message has a From that it does not cover"});
        return candidate;
    }
    candidate.own_field = without_octets(whole(field), *tags);
    candidate.body = body_for(*signature);
    candidate.signature = *std::move(signature);
    return candidate;
}

std::size_t Verifier::body_for(const Signature& signature)
{
    const auto same = [&signature](const Body& body) {
        return body.form == signature.body_form && body.limit == signature.body_length;
    };
    const auto found = std::ranges::find_if(bodies_, same);
    const auto place = static_cast<std::size_t>(found - bodies_.begin());
    if (found == bodies_.end())
        bodies_.push_back({.form = signature.body_form, .limit = signature.body_length});
    return place;
}

void Verifier::hash_body(std::string_view octets)
{
    if (octets.empty()) return;
    for (auto& canonicalizer : canonicalizers_)
        canonicalizer.add(octets);
}

std::optional<Fault> Verifier::fault_of_body(const Signature& signature, const Body& body) const
{
    if (body.limit && *body.limit > body.size)
        return Fault{Outcome::fail, "the body is shorter than it says (l=)"};
    if (body.result != signature.body_hash) return Fault{Outcome::fail, "the body was changed"};
    // Whoever passes it on could have written the rest, RFC 6376 §8.2.
    if (body.size > body.hashed)
        return Fault{Outcome::policy, "it covers only a part of the body (l=), and there is more"};
    return std::nullopt;
}

Result Verifier::judge(const Candidate& candidate, const KeyAnswers& keys) const
{
    Result result = candidate.result;
    if (!candidate.signature) return result;
    const Signature& signature = *candidate.signature;
    const auto found = keys.find(signature.key_name());
    if (found == keys.end() || found->second.kind == KeyAnswer::Kind::unknown) {
        set(result, {Outcome::temperror, "its key could not be looked up at " + signature.key_name()});
        return result;
    }
    set(result, {Outcome::permerror, "there is no key at " + signature.key_name()});
    if (found->second.kind == KeyAnswer::Kind::none) return result;
    const std::string hash =
        header_hash(header_, signature.fields, signature.header_form, candidate.own_field);
    for (const auto& text : found->second.records | std::views::take(most_records)) {
        const auto record = parse_key_record(text, signature);
        if (!record) {
            // What tells most: that a key did not fit, rather than another that was none.
            if (result.outcome != Outcome::fail) set(result, record.error());
            continue;
        }
        result.testing = record->testing;
        if (record->key.holds(hash, signature.octets)) {
            set(result, {Outcome::pass, {}});
            return result;
        }
        set(result, {Outcome::fail, "the header was changed, or the signature is another key's"});
    }
    return result;
}

} // namespace pillarbox::dkim
