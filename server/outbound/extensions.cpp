#include "server/outbound/extensions.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>

namespace pillarbox::outbound {

namespace {

std::string upper(std::string_view text)
{
    std::string all(text);
    for (char& c : all)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
    return all;
}

std::vector<std::string> words_of(std::string_view text)
{
    std::vector<std::string> words;
    while (!text.empty()) {
        const auto word = ascii::take_until(text, ' ');
        if (!word.empty()) words.push_back(upper(word));
    }
    return words;
}

/// min-by-time, with what later extensions may put behind a comma. RFC 2852 §2.
std::chrono::seconds least_time(const std::vector<std::string>& words)
{
    if (words.empty()) return {};
    std::string_view text = words.front();
    return std::chrono::seconds(ascii::parse_number<std::uint32_t>(ascii::take_until(text, ',')).value_or(0));
}

} // namespace

bool Extensions::offers(std::string_view mechanism) const
{
    return std::ranges::find(mechanisms, mechanism) != mechanisms.end();
}

Extensions parse_extensions(const ServerReply& reply)
{
    Extensions offered;
    bool first = true;
    for (std::string_view line : reply.lines) {
        if (first) {
            offered.name = ascii::take_until(line, ' ');
            first = false;
            continue;
        }
        auto words = words_of(line);
        if (words.empty()) continue;
        const auto keyword = words.front();
        words.erase(words.begin());
        if (keyword == "PIPELINING") offered.pipelining = true;
        if (keyword == "8BITMIME") offered.eight_bit = true;
        if (keyword == "CHUNKING") offered.chunking = true;
        if (keyword == "STARTTLS") offered.start_tls = true;
        if (keyword == "DSN") offered.dsn = true;
        if (keyword == "SMTPUTF8") offered.smtputf8 = true;
        if (keyword == "REQUIRETLS") offered.require_tls = true;
        if (keyword == "SIZE") {
            offered.size = 0;
            if (!words.empty()) offered.size = ascii::parse_number<std::uint64_t>(words.front()).value_or(0);
        }
        if (keyword == "DELIVERBY") offered.deliver_by = least_time(words);
        if (keyword == "AUTH") offered.mechanisms = std::move(words);
    }
    return offered;
}

} // namespace pillarbox::outbound
