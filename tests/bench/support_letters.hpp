#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace pillarbox::bench {

/// Letters with words as people use them: few very often, most hardly ever
/// (Zipf), every tenth letter with HTML beside the text, every twentieth in
/// Japanese. The same seed gives the same letters.
class Letters
{
public:
    explicit Letters(unsigned seed = 1);

    /// A whole message with about so many words in its text. `extra` stands at
    /// the end of the text.
    std::string write(std::size_t number, std::size_t words, const std::string& extra);

    /// The word that is the n-th most frequent, from 0.
    const std::string& word(std::size_t n) const { return words_.at(n); }

    /// The subject of the letter that was written last.
    const std::string& subject() const { return subject_; }

private:
    std::string text(std::size_t words);

    std::mt19937 random_;
    std::vector<std::string> words_;
    std::discrete_distribution<std::size_t> frequency_;
    std::string subject_;
};

} // namespace pillarbox::bench
