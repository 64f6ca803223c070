#pragma once

#include "server/dkim/canonical.hpp"
#include "server/dkim/keys.hpp"
#include "server/dkim/signature.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::dkim {

/// The hashes of one body that its signatures want, made while it comes: signatures
/// that want the same share the work.
class BodyHashes
{
public:
    BodyHashes() = default;
    BodyHashes(const BodyHashes&) = delete;
    BodyHashes& operator=(const BodyHashes&) = delete;

    /// Where the hash will be that `signature` wants. Before the first octet.
    std::size_t want(const Signature& signature);

    void add(std::string_view octets);

    /// The body is over. Once.
    void finish();

    /// Why the body is not the one that was signed, if so; `place` as want() told it.
    /// After finish().
    std::optional<Fault> fault_of(const Signature& signature, std::size_t place) const;

private:
    /// A body in one canonical form, to its end or to l=.
    struct Body
    {
        Form form{};
        std::optional<std::uint64_t> limit; // octets to hash
        Sha256 hash{};
        std::uint64_t hashed = 0;
        std::uint64_t size = 0; // octets in all, once it is over
        std::string result{};
    };

    void hash(Form form, std::string_view octets);

    std::vector<Body> bodies_;
    std::vector<BodyCanonicalizer> canonicalizers_; // one for each form that is needed
};

} // namespace pillarbox::dkim
