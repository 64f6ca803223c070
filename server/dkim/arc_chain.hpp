#pragma once

#include "server/dkim/body_hashes.hpp"
#include "server/dkim/signature.hpp"
#include "server/mime/header.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace pillarbox::dkim {

/// What one server that passed a message on says of it: an ARC set, RFC 8617 §4.2.
struct ArcSet
{
    std::string results;   // of ARC-Authentication-Results: what is behind its instance
    Signature seal;        // whose d= says who it was
    std::string seal_hash; // what was sealed: all sets up to this one
};

/// The Authenticated Received Chain of a message, RFC 8617: its sets in order, and
/// whatever can be found out about them without a key (§5.2). ArcCheck does the rest.
class ArcChain
{
public:
    static constexpr std::size_t most_sets = 50; // RFC 8617 §4.2.1

    /// There is none.
    ArcChain() = default;

    /// Reads the fields of a header section; `bodies` is asked for the hash that the
    /// newest signature wants. `now` is what x= is compared with.
    ArcChain(const mime::Header& header, std::chrono::sys_seconds now, BodyHashes& bodies);

    /// The body is over.
    void finish(const BodyHashes& bodies);

    /// Whether the message has any field of ARC.
    bool present() const { return present_; }

    /// Why the chain does not hold, whatever its keys are; empty: all depends on them.
    const std::string& fault() const { return fault_; }

    /// From the first server on. Empty where they cannot be put in order.
    const std::vector<ArcSet>& sets() const { return sets_; }

    /// The newest ARC-Message-Signature, which alone is of the message as it is now;
    /// and what it signed.
    const Signature& signature() const { return signature_; }
    const std::string& signed_hash() const { return signed_hash_; }

private:
    /// The fields of one set.
    struct Fields
    {
        const mime::Field* results = nullptr;
        const mime::Field* signature = nullptr;
        const mime::Field* seal = nullptr;
    };

    std::string collect(const mime::Header& header, std::vector<Fields>& fields) const;
    std::string read_seals(const std::vector<Fields>& fields);
    std::string read_signature(const mime::Header& header, const mime::Field& field,
                               std::chrono::sys_seconds now, BodyHashes& bodies);

    bool present_ = false;
    std::string fault_;
    std::vector<ArcSet> sets_;
    Signature signature_;
    std::string signed_hash_;
    std::size_t body_ = 0; // as BodyHashes has it
};

} // namespace pillarbox::dkim
