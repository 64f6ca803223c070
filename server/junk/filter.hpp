#pragma once

#include "server/junk/score.hpp"
#include "storage/junk.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::junk {

/// Messages of each kind before a filter has anything to say.
inline constexpr std::uint32_t least_lessons = 10;

/// What a person's filter thinks of a message by its words.
struct Opinion
{
    double junk = 0.5; // from 0, surely wanted, to 1, surely junk

    // Those that told most, each with the same of itself.
    std::vector<std::pair<std::string, double>> words;
};

/// Puts together what is known of the words of a message: Robinson's estimate
/// of each, the strongest of them combined by Fisher's method. `known` is from
/// a filter that has learned from so many messages of each kind. Nothing while
/// those are too few, or when no word is known. Pure.
std::optional<Opinion> opinion_on(const std::vector<std::string>& words,
                                  const std::vector<storage::WordCount>& known, std::uint32_t junk,
                                  std::uint32_t wanted);

/// The same as a reason: "words", from -4 to 6. One that is sure is enough
/// alone; one that is not says nothing.
std::optional<Reason> reason_of(const Opinion& opinion);

} // namespace pillarbox::junk
