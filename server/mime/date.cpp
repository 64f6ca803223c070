#include "server/mime/date.hpp"

#include "server/base/ascii.hpp"
#include "server/mime/characters.hpp"

#include <array>
#include <cstdio>

namespace pillarbox::mime {

namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> day_names{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

// No date is longer, whatever comments it has; what follows is not read.
constexpr std::size_t longest_date = 1024;

// The words of a date: comments (RFC 5322 §3.2.2, nested), white space and
// commas part them.
class Words
{
public:
    explicit Words(std::string_view text) : rest_(text.substr(0, longest_date)) {}

    // Empty at the end.
    std::string_view next()
    {
        skip();
        std::size_t length = 0;
        while (length < rest_.size() && !parts(rest_[length]))
            ++length;
        const std::string_view word = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return word;
    }

private:
    static bool parts(char c) { return is_space(c) || c == ',' || c == '('; }

    void skip() { rest_ = skip_comments(rest_, parts); }

    std::string_view rest_;
};

std::optional<int> number(std::string_view digits, std::size_t most_digits)
{
    if (digits.empty() || digits.size() > most_digits) return std::nullopt;
    int value = 0;
    for (const char c : digits) {
        if (!ascii::is_digit(c)) return std::nullopt;
        value = value * 10 + (c - '0');
    }
    return value;
}

// One to twelve, or 0. A full name begins with the short one.
unsigned month_of(std::string_view word)
{
    if (word.size() < 3) return 0;
    for (unsigned i = 0; i < month_names.size(); ++i) {
        if (ascii::equal(word.substr(0, 3), month_names[i])) return i + 1;
    }
    return 0;
}

// hh:mm or hh:mm:ss, RFC 5322 §3.3.
std::optional<seconds> time_of(std::string_view word)
{
    std::array<int, 3> parts{};
    std::size_t count = 0;
    for (;;) {
        const std::size_t colon = word.find(':');
        const auto part = number(word.substr(0, colon), 2);
        if (!part || count == parts.size()) return std::nullopt;
        parts[count++] = *part;
        if (colon == std::string_view::npos) break;
        word.remove_prefix(colon + 1);
    }
    // Second 60 is a leap second (RFC 5322 §3.3); the system's clock has none.
    if (count < 2 || parts[0] > 23 || parts[1] > 59 || parts[2] > 60) return std::nullopt;
    return hours{parts[0]} + minutes{parts[1]} + seconds{parts[2]};
}

std::optional<minutes> zone_of(std::string_view word)
{
    if (word.starts_with('+') || word.starts_with('-')) {
        std::string digits{word.substr(1)};
        std::erase(digits, ':');
        const auto value = number(digits, 4);
        if (!value || digits.size() != 4 || *value % 100 > 59) return std::nullopt;
        const minutes offset = hours{*value / 100} + minutes{*value % 100};
        return word.front() == '-' ? -offset : offset;
    }
    // RFC 5322 §4.3. Military letters and unknown names mean -0000 there.
    struct Zone
    {
        std::string_view name;
        int hours;
    };
    static constexpr std::array<Zone, 8> zones{{{"EDT", -4},
                                                {"EST", -5},
                                                {"CDT", -5},
                                                {"CST", -6},
                                                {"MDT", -6},
                                                {"MST", -7},
                                                {"PDT", -7},
                                                {"PST", -8}}};
    for (const Zone& zone : zones) {
        if (ascii::equal(word, zone.name)) return hours{zone.hours};
    }
    return minutes{0};
}

// RFC 5322 §4.3: 00 to 49 are 2000 and later, 50 to 99 and three digits 1900 and later.
std::optional<int> year_of(std::string_view word)
{
    const auto value = number(word, 4);
    if (!value || word.size() < 2) return std::nullopt;
    if (word.size() == 2 && *value < 50) return *value + 2000;
    if (word.size() < 4) return *value + 1900;
    if (*value < 1900) return std::nullopt;
    return value;
}

} // namespace

std::optional<Date> parse_date(std::string_view body)
{
    Words words{body};
    std::string_view word = words.next();
    if (word.empty()) return std::nullopt;
    // The name of the day is not needed, and where it is wrong the date counts.
    if (is_alpha(word.front()) && month_of(word) == 0) word = words.next();

    std::optional<int> day_number;
    unsigned month_number = month_of(word);
    const bool month_first = month_number != 0; // as asctime() writes it
    if (month_first) {
        day_number = number(words.next(), 2);
    } else {
        day_number = number(word, 2);
        month_number = month_of(words.next());
    }
    if (!day_number || month_number == 0) return std::nullopt;

    std::string_view third = words.next();
    std::string_view fourth = words.next();
    std::string_view zone = words.next();
    if (third.find(':') != std::string_view::npos) {
        // asctime(): the time, perhaps a zone, then the year.
        if (!fourth.empty() && !ascii::is_digit(fourth.front())) std::swap(fourth, zone);
        std::swap(third, fourth);
    }
    const auto year_number = year_of(third);
    const auto time = time_of(fourth);
    if (!year_number || !time) return std::nullopt;
    const auto offset = zone.empty() ? minutes{0} : zone_of(zone);
    if (!offset) return std::nullopt;

    const year_month_day date{year{*year_number}, month{month_number},
                              day{static_cast<unsigned>(*day_number)}};
    if (!date.ok()) return std::nullopt;
    return Date{sys_days{date} + *time - *offset, *offset};
}

std::string format_date(sys_seconds time, minutes offset)
{
    const sys_seconds local = time + offset;
    const sys_days days = floor<std::chrono::days>(local);
    const year_month_day date{days};
    const hh_mm_ss clock{local - days};
    std::string day_name{day_names[weekday{days}.c_encoding()]};
    std::string month_name{month_names[static_cast<unsigned>(date.month()) - 1]};
    day_name[0] = static_cast<char>(day_name[0] - 'a' + 'A');
    month_name[0] = static_cast<char>(month_name[0] - 'a' + 'A');
    const auto east = offset < minutes{0} ? -offset : offset;
    std::array<char, 80> text{};
    const int length =
        std::snprintf(text.data(), text.size(), "%s, %u %s %04d %02d:%02d:%02d %c%02d%02d", day_name.c_str(),
                      static_cast<unsigned>(date.day()), month_name.c_str(), static_cast<int>(date.year()),
                      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                      static_cast<int>(clock.seconds().count()), offset < minutes{0} ? '-' : '+',
                      static_cast<int>(east.count() / 60), static_cast<int>(east.count() % 60));
    return {text.data(), static_cast<std::size_t>(length)};
}

} // namespace pillarbox::mime
