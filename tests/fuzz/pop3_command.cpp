// Any line parses; what comes out keeps the parser's promises.

#include "server/pop3/command.hpp"
#include "server/pop3/shown.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using pillarbox::pop3::Verb;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto command = pillarbox::pop3::parse_command({.text = text});
    const auto inside = [&](std::string_view view) {
        return view.empty() ||
               (view.data() >= text.data() && view.data() + view.size() <= text.data() + text.size());
    };
    if (!inside(command.argument) || !inside(command.digest)) std::abort();
    // A transcript has the beginning of the line, and of a password nothing.
    const auto shown = pillarbox::pop3::shown({.text = text}, command);
    if (!text.starts_with(shown.text)) std::abort();
    if (command.verb == Verb::pass && shown.text.size() != std::string_view("PASS").size()) std::abort();
    switch (command.verb) {
    case Verb::retr:
    case Verb::dele:
    case Verb::top:
        if (!command.number) std::abort();
        break;
    case Verb::apop:
        if (command.digest.size() != 32 || command.argument.empty()) std::abort();
        break;
    case Verb::user:
    case Verb::pass:
        if (command.argument.empty()) std::abort();
        break;
    default:
        break;
    }
    return 0;
}
