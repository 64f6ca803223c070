#include "tests/bench/support_letters.hpp"

#include <set>

namespace pillarbox::bench {
namespace {

constexpr std::size_t vocabulary = 50'000;

std::string make_word(std::mt19937& random)
{
    constexpr std::string_view consonants = "bcdfghjklmnprstvwz";
    constexpr std::string_view vowels = "aeiou";
    std::string word;
    for (auto syllables = 1 + random() % 4; syllables > 0; --syllables) {
        word += consonants[random() % consonants.size()];
        word += vowels[random() % vowels.size()];
        if (random() % 3 == 0) word += consonants[random() % consonants.size()];
    }
    return word;
}

} // namespace

Letters::Letters(unsigned seed) : random_(seed)
{
    std::set<std::string> seen;
    std::vector<double> weights;
    while (words_.size() < vocabulary) {
        auto word = make_word(random_);
        if (!seen.insert(word).second) continue;
        weights.push_back(1.0 / (2.0 + static_cast<double>(words_.size())));
        words_.push_back(std::move(word));
    }
    frequency_ = std::discrete_distribution<std::size_t>(weights.begin(), weights.end());
}

std::string Letters::text(std::size_t words)
{
    std::string text;
    for (std::size_t i = 0; i < words; ++i) {
        text += words_[frequency_(random_)];
        text += i % 12 == 11 ? "\r\n" : " ";
    }
    return text;
}

std::string Letters::write(std::size_t number, std::size_t words, const std::string& extra)
{
    subject_ = text(5);
    const auto id = std::to_string(number);
    std::string letter =
        "Received: from mx.example.net by mail.example.org; Fri, 27 Nov 2026 12:00:00 +0000\r\n"
        "From: Sender " +
        std::to_string(number % 500) + " <sender" + std::to_string(number % 500) +
        "@example.net>\r\nTo: user@example.org\r\nMessage-ID: <" + id + "@example.net>\r\n" +
        (number % 4 == 0 ? "" : "References: <" + std::to_string(number - number % 4) + "@example.net>\r\n") +
        "Date: Fri, 27 Nov 2026 12:00:00 +0000\r\nX-Mailer: Mailer " + std::to_string(number % 50) +
        "\r\nMIME-Version: 1.0\r\nSubject: " + subject_ + "\r\n";
    std::string body = text(words) + extra + "\r\n";
    if (number % 20 == 0) body += "東京都に住んでいます。これは日本語の手紙です。\r\n";
    constexpr auto plain =
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";
    if (number % 10 != 0) return letter + plain + body;
    letter += "Content-Type: multipart/alternative; boundary=\"=_b\"\r\n\r\n--=_b\r\n";
    letter += plain + body + "--=_b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body><p>" + body;
    return letter + "</p></body></html>\r\n--=_b--\r\n";
}

} // namespace pillarbox::bench
