#include "server/admin/sendmail_options.hpp"

#include "server/admin/sysexits.hpp"

#include <string_view>

namespace pillarbox::admin {

namespace {

constexpr std::string_view with_value = "ABCFLNORVXbefhopr";
constexpr std::string_view without_value = "GIUcimnstvx";
constexpr std::string_view perhaps_with_value = "dq"; // in the same word only

std::string without_brackets(const std::string& address)
{
    const bool bracketed = address.size() >= 2 && address.front() == '<' && address.back() == '>';
    return bracketed ? address.substr(1, address.size() - 2) : address;
}

void take_mode(SendmailOptions& options, const std::string& mode)
{
    using enum SendmailOptions::Mode;
    options.mode = mode == "m" ? deliver : mode == "i" ? aliases : unsupported;
    options.asked = "-b" + mode;
}

void take_value(SendmailOptions& options, char letter, const std::string& value)
{
    switch (letter) {
    case 'f':
    case 'r':
        options.sender_given = true;
        options.sender = without_brackets(value);
        break;
    case 'F':
        options.full_name = value;
        break;
    case 'b':
        take_mode(options, value);
        break;
    case 'o':
        if (value == "i") options.dots_are_text = true;
        if (value == "t") options.recipients_from_header = true;
        break;
    default: // of no use here
        break;
    }
}

void take_flag(SendmailOptions& options, char letter)
{
    if (letter == 'i') options.dots_are_text = true;
    if (letter == 't') options.recipients_from_header = true;
    if (letter == 'v') options.verbose = true;
    if (letter == 'I') options.mode = SendmailOptions::Mode::aliases;
}

} // namespace

SendmailOptions parse_sendmail(const std::vector<std::string>& arguments)
{
    SendmailOptions options;
    std::size_t i = 0;
    for (; i < arguments.size(); ++i) {
        const std::string& word = arguments[i];
        if (word.size() < 2 || word.front() != '-') break;
        if (word == "--") {
            ++i;
            break;
        }
        for (std::size_t at = 1; at < word.size(); ++at) {
            const char letter = word[at];
            if (without_value.find(letter) != std::string_view::npos) {
                take_flag(options, letter);
                continue;
            }
            if (perhaps_with_value.find(letter) != std::string_view::npos) {
                if (letter == 'q') options.mode = SendmailOptions::Mode::run_queue;
                break;
            }
            if (with_value.find(letter) == std::string_view::npos)
                throw Refused(Sysexit::usage, std::string("there is no option -") + letter);
            const bool here = at + 1 < word.size();
            if (!here && i + 1 >= arguments.size())
                throw Refused(Sysexit::usage, std::string("option -") + letter + " wants a value");
            take_value(options, letter, here ? word.substr(at + 1) : arguments[++i]);
            break;
        }
    }
    for (; i < arguments.size(); ++i)
        options.recipients.push_back(without_brackets(arguments[i]));
    return options;
}

} // namespace pillarbox::admin
