#pragma once

#include "server/base/config.hpp"
#include "server/mailauth/results.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What speaks for and against a message being junk.
namespace pillarbox::junk {

/// One thing that speaks for junk, or against it with a weight below 0.
struct Reason
{
    std::string name; // one of those that words_of() knows
    double weight = 0;
    std::string detail{}; // UTF-8, for people; may come from anybody

    bool operator==(const Reason&) const = default;
};

enum class Fate : std::uint8_t
{
    inbox,
    junk,
    refuse
};

/// All of it, and what follows for one recipient.
struct Score
{
    double total = 0;
    Fate fate = Fate::inbox;
    std::vector<Reason> reasons;

    bool operator==(const Score&) const = default;
};

/// What SPF, DKIM and DMARC have to say here, where they do not decide by
/// themselves.
std::vector<Reason> reasons_of(const std::vector<mailauth::MethodResult>& results);

/// Adds up, and decides: what a person has said of a sender comes first, then
/// what the domain of From asks for ("policy"), then the sum. With
/// Config::Junk::Mode::note the sum leads to nothing. Pure.
Score decide(const Config::Junk& terms, std::vector<Reason> reasons);

/// A sentence, or part of one, for people: "it is the first message from this
/// sender". What is not known is shown by its name.
std::string words_of(const Reason& reason);

} // namespace pillarbox::junk
