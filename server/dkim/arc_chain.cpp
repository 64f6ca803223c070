#include "server/dkim/arc_chain.hpp"

#include "server/base/ascii.hpp"
#include "server/dkim/message.hpp"
#include "server/dkim/tag_list.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace pillarbox::dkim {

namespace {

constexpr std::string_view results_name = "ARC-Authentication-Results";
constexpr std::string_view signature_name = "ARC-Message-Signature";
constexpr std::string_view seal_name = "ARC-Seal";

bool is_of_arc(const mime::Field& field)
{
    return ascii::equal(field.name, results_name) || ascii::equal(field.name, signature_name) ||
           ascii::equal(field.name, seal_name);
}

/// Which set a field is of, from 1: RFC 8617 §4.2.1. ARC-Authentication-Results
/// begins with it, the others have it as a tag.
std::optional<std::size_t> instance_of(const mime::Field& field)
{
    if (ascii::equal(field.name, results_name)) {
        std::string_view body = field.body;
        const std::string tag = without_white_space(ascii::take_until(body, ';'));
        if (!tag.starts_with("i=")) return std::nullopt;
        return ascii::parse_number<std::size_t>(std::string_view(tag).substr(2));
    }
    const auto tags = TagList::parse(field.body);
    return tags ? ascii::parse_number<std::size_t>(tags->find("i").value_or("")) : std::nullopt;
}

std::string numbered(std::size_t instance)
{
    return "set " + std::to_string(instance);
}

void add_relaxed(Sha256& hash, std::string_view field)
{
    hash.add(canonical_field(Form::relaxed, field));
    hash.add("\r\n");
}

} // namespace

ArcChain::ArcChain(const mime::Header& header, std::chrono::sys_seconds now, BodyHashes& bodies)
    : present_(std::ranges::any_of(header.fields(), is_of_arc))
{
    if (!present_) return;
    std::vector<Fields> fields;
    fault_ = collect(header, fields);
    if (fault_.empty()) fault_ = read_seals(fields);
    if (fault_.empty()) fault_ = read_signature(header, *fields.back().signature, now, bodies);
}

void ArcChain::finish(const BodyHashes& bodies)
{
    if (!present_ || !fault_.empty()) return;
    if (const auto fault = bodies.fault_of(signature_, body_)) fault_ = fault->why;
}

/// RFC 8617 §5.2, steps 1 and 3: the sets in order, each complete.
std::string ArcChain::collect(const mime::Header& header, std::vector<Fields>& fields) const
{
    for (const auto& field : header.fields()) {
        if (!is_of_arc(field)) continue;
        const auto instance = instance_of(field);
        if (!instance || *instance == 0) return "a field of it is malformed";
        if (*instance > most_sets) return "it has more than " + std::to_string(most_sets) + " sets";
        if (fields.size() < *instance) fields.resize(*instance);
        Fields& set = fields[*instance - 1];
        const mime::Field*& place = ascii::equal(field.name, results_name)     ? set.results
                                    : ascii::equal(field.name, signature_name) ? set.signature
                                                                               : set.seal;
        if (place) return numbered(*instance) + " has a field twice";
        place = &field;
    }
    for (std::size_t i = 0; i < fields.size(); ++i)
        if (!fields[i].results || !fields[i].signature || !fields[i].seal)
            return numbered(i + 1) + " is not complete";
    return {};
}

std::string ArcChain::read_seals(const std::vector<Fields>& fields)
{
    Sha256 sealed; // every seal is of all sets before it, RFC 8617 §5.1.1
    std::vector<ArcSet> sets;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const Fields& set = fields[i];
        const auto tags = TagList::parse(set.seal->body);
        if (!tags) return "the seal of " + numbered(i + 1) + " is no list of tags";
        auto seal = parse_seal(*tags);
        if (!seal) return "the seal of " + numbered(i + 1) + ": " + seal.error().why;
        const auto validity = tags->find("cv").value_or("");
        if (ascii::equal(validity, "fail"))
            return "it was broken already when " + seal->domain + " sealed it";
        if (!ascii::equal(validity, i == 0 ? "none" : "pass"))
            return "the seal of " + numbered(i + 1) + " does not say what it found (cv=)";
        std::string_view results = set.results->body;
        ascii::take_until(results, ';');

        add_relaxed(sealed, whole(*set.results));
        add_relaxed(sealed, whole(*set.signature));
        Sha256 own = sealed.copy();
        own.add(canonical_field(Form::relaxed, without_octets(whole(*set.seal), *tags)));
        sets.push_back({std::string(results), *std::move(seal), own.finish()});
        add_relaxed(sealed, whole(*set.seal));
    }
    sets_ = std::move(sets);
    return {};
}

std::string ArcChain::read_signature(const mime::Header& header, const mime::Field& field,
                                     std::chrono::sys_seconds now, BodyHashes& bodies)
{
    const auto tags = TagList::parse(field.body);
    auto signature = parse_message_signature(*tags); // it had an instance
    if (!signature) return signature.error().why;
    if (signature->expires && *signature->expires < now) return "its time is over (x=)";
    // As with DKIM: another From than the one that is signed, RFC 6376 §8.15.
    if (header.count("From") > static_cast<std::size_t>(std::ranges::count(signature->fields, "from")))
        return "the message has a From that it does not cover";
    signed_hash_ =
        header_hash(header, signature->fields, signature->header_form, without_octets(whole(field), *tags));
    body_ = bodies.want(*signature);
    signature_ = *std::move(signature);
    return {};
}

} // namespace pillarbox::dkim
