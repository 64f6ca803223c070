#include "server/junk/filter.hpp"

#include "server/junk/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace pillarbox::junk {

namespace {

constexpr double strength = 0.45;  // of what is assumed of a word: that it says nothing
constexpr double least_told = 0.1; // a word nearer to 0.5 says nothing
constexpr std::size_t most_told = 150;
constexpr std::size_t most_shown = 8;
constexpr std::size_t longest_shown = 20; // octets of a word

/// The probability that chi-squared with 2 * `pairs` degrees of freedom is more.
double chi_squared_tail(double value, std::size_t pairs)
{
    const double half = value / 2;
    double term = std::exp(-half);
    double sum = term;
    for (std::size_t i = 1; i < pairs; ++i) {
        term *= half / static_cast<double>(i);
        sum += term;
    }
    return std::min(sum, 1.0);
}

struct Told
{
    std::string_view word;
    double junk = 0;

    double strength() const { return std::abs(junk - 0.5); }
};

double estimate(const storage::WordCount& known, std::uint32_t junk, std::uint32_t wanted)
{
    const double in_junk = std::min(1.0, known.junk / static_cast<double>(junk));
    const double in_wanted = std::min(1.0, known.wanted / static_cast<double>(wanted));
    const double times = static_cast<double>(known.junk) + known.wanted;
    if (in_junk + in_wanted == 0) return 0.5;
    const double seen = in_junk / (in_junk + in_wanted);
    return (strength * 0.5 + times * seen) / (strength + times);
}

/// A word as it may be shown: whole characters, and none that ends the list.
std::string shown(std::string_view word)
{
    std::size_t end = std::min(word.size(), longest_shown);
    while (end > 0 && end < word.size() && (static_cast<unsigned char>(word[end]) & 0xC0) == 0x80)
        --end;
    return std::string(word.substr(0, end));
}

} // namespace

std::optional<Opinion> opinion_on(const std::vector<std::string>& words,
                                  const std::vector<storage::WordCount>& known, std::uint32_t junk,
                                  std::uint32_t wanted)
{
    if (junk < least_lessons || wanted < least_lessons) return std::nullopt;
    std::map<std::uint64_t, const storage::WordCount*> counts;
    for (const auto& one : known)
        counts.emplace(one.word, &one);
    std::vector<Told> told;
    for (const auto& word : words) {
        const auto found = counts.find(hash_of(word));
        if (found == counts.end()) continue;
        const Told one{word, estimate(*found->second, junk, wanted)};
        if (one.strength() >= least_told) told.push_back(one);
    }
    if (told.empty()) return std::nullopt;
    std::ranges::sort(told, [](const Told& a, const Told& b) {
        return a.strength() != b.strength() ? a.strength() > b.strength() : a.word < b.word;
    });
    if (told.size() > most_told) told.resize(most_told);

    double of_junk = 0;
    double of_wanted = 0;
    for (const auto& one : told) {
        of_junk += std::log(one.junk);
        of_wanted += std::log(1 - one.junk);
    }
    const double speaks_for = 1 - chi_squared_tail(-2 * of_wanted, told.size());
    const double speaks_against = 1 - chi_squared_tail(-2 * of_junk, told.size());
    Opinion opinion;
    opinion.junk = (1 + speaks_for - speaks_against) / 2;
    for (const auto& one : told) {
        if (opinion.words.size() >= most_shown) break;
        opinion.words.emplace_back(shown(one.word), one.junk);
    }
    return opinion;
}

std::optional<Reason> reason_of(const Opinion& opinion)
{
    constexpr double most_for = 6;
    constexpr double most_against = 4;
    constexpr double unsure = 0.2;
    const double lean = (opinion.junk - 0.5) * 2;
    if (std::abs(lean) < unsure) return std::nullopt;
    std::string detail = fmt::format("{:.0f}% junk", opinion.junk * 100);
    for (const auto& [word, junk] : opinion.words)
        detail += fmt::format(", {} {:.0f}%", word, junk * 100);
    return Reason{"words", lean * (lean > 0 ? most_for : most_against), std::move(detail)};
}

} // namespace pillarbox::junk
