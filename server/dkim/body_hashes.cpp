#include "server/dkim/body_hashes.hpp"

#include <algorithm>

namespace pillarbox::dkim {

std::size_t BodyHashes::want(const Signature& signature)
{
    const auto same = [&signature](const Body& body) {
        return body.form == signature.body_form && body.limit == signature.body_length;
    };
    const auto found = std::ranges::find_if(bodies_, same);
    const auto place = static_cast<std::size_t>(found - bodies_.begin());
    if (found != bodies_.end()) return place;
    const Form form = signature.body_form;
    if (std::ranges::find(bodies_, form, &Body::form) == bodies_.end())
        canonicalizers_.emplace_back(form, [this, form](std::string_view octets) { hash(form, octets); });
    bodies_.push_back({.form = form, .limit = signature.body_length});
    return place;
}

void BodyHashes::add(std::string_view octets)
{
    if (octets.empty()) return;
    for (auto& canonicalizer : canonicalizers_)
        canonicalizer.add(octets);
}

void BodyHashes::finish()
{
    for (auto& canonicalizer : canonicalizers_)
        canonicalizer.finish();
    for (auto& body : bodies_)
        body.result = body.hash.finish();
}

std::optional<Fault> BodyHashes::fault_of(const Signature& signature, std::size_t place) const
{
    const Body& body = bodies_[place];
    if (body.limit && *body.limit > body.size)
        return Fault{Outcome::fail, "the body is shorter than it says (l=)"};
    if (body.result != signature.body_hash) return Fault{Outcome::fail, "the body was changed"};
    // Whoever passes it on could have written the rest, RFC 6376 §8.2.
    if (body.size > body.hashed)
        return Fault{Outcome::policy, "it covers only a part of the body (l=), and there is more"};
    return std::nullopt;
}

void BodyHashes::hash(Form form, std::string_view octets)
{
    for (auto& body : bodies_) {
        if (body.form != form) continue;
        body.size += octets.size();
        const std::uint64_t room = body.limit.value_or(body.size) - body.hashed;
        const auto part = octets.substr(0, std::min<std::uint64_t>(room, octets.size()));
        body.hash.add(part);
        body.hashed += part.size();
    }
}

} // namespace pillarbox::dkim
