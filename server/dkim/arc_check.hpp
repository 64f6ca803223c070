#pragma once

#include "server/dkim/arc_chain.hpp"
#include "server/dkim/key_answer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::dkim {

/// What a chain comes to, RFC 8617 §4.4.
enum class ArcResult : std::uint8_t
{
    none, // the message has no chain
    fail,
    pass
};

/// "pass", as Authentication-Results has it.
std::string_view name_of(ArcResult result);

/// Checks the signatures of a chain, RFC 8617 §5.2: of the message as it is now, then
/// the seals from the newest to the first. It asks for one key after the other, so
/// that a chain that does not hold costs few questions:
///
///     dkim::ArcCheck check(chain);
///     while (const auto name = check.needs())
///         check.take(what its TXT records are);
///
/// The chain must outlive it.
class ArcCheck
{
public:
    explicit ArcCheck(const ArcChain& chain);

    /// Where the next key is; nothing when all is decided.
    std::optional<std::string> needs() const;

    /// What was found there. A key that cannot be looked up breaks the chain as any other
    /// fault does, and so does one that is only being tested (RFC 6376 §3.6.1).
    void take(const KeyAnswer& answer);

    /// Of what was taken so far: what was not checked has not passed.
    ArcResult result() const;

    /// With fail: why, in words for people.
    const std::string& why() const { return why_; }

private:
    const Signature& current() const;

    const ArcChain& chain_;
    std::size_t left_; // signatures to check: seals, and that of the message before them
    std::string why_;
};

} // namespace pillarbox::dkim
