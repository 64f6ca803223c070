#include "server/dkim/verifier.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>

namespace pillarbox::dkim {

namespace {

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
    bodies_.add(octets);
}

void Verifier::finish()
{
    if (!splitter_.complete() && !splitter_.too_long()) read_head(); // there is no body
    bodies_.finish();
    chain_.finish(bodies_);
    for (auto& candidate : candidates_) {
        if (!candidate.signature) continue;
        if (auto fault = bodies_.fault_of(*candidate.signature, candidate.body)) {
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
    chain_ = ArcChain(header_, now_, bodies_);
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
    candidate.body = bodies_.want(*signature);
    candidate.signature = *std::move(signature);
    return candidate;
}

Result Verifier::judge(const Candidate& candidate, const KeyAnswers& keys) const
{
    Result result = candidate.result;
    if (!candidate.signature) return result;
    const Signature& signature = *candidate.signature;
    const auto found = keys.find(signature.key_name());
    const std::string hash =
        header_hash(header_, signature.fields, signature.header_form, candidate.own_field);
    auto checked = check_signature(found == keys.end() ? KeyAnswer() : found->second, signature, hash);
    set(result, {checked.outcome, std::move(checked.why)});
    result.testing = checked.testing;
    return result;
}

} // namespace pillarbox::dkim
