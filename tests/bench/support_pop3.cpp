#include "tests/bench/support_pop3.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace pillarbox::bench {

Pop3::Pop3(std::uint16_t port) : client_(port)
{
    expect_ok();
}

void Pop3::command(const std::string& text)
{
    client_.send(text + "\r\n");
    expect_ok();
}

std::uint64_t Pop3::listing(const std::string& text)
{
    command(text);
    return client_.skip_listing();
}

void Pop3::remove(std::size_t count)
{
    constexpr std::size_t at_once = 500; // whose answers surely fit into the buffers on the way
    for (std::size_t first = 1; first <= count; first += at_once) {
        const auto last = std::min(count, first + at_once - 1);
        std::string commands;
        for (auto number = first; number <= last; ++number)
            commands += "DELE " + std::to_string(number) + "\r\n";
        client_.send(commands);
        for (auto number = first; number <= last; ++number)
            expect_ok();
    }
}

void Pop3::expect_ok()
{
    const std::string_view line = client_.read_line();
    if (!line.starts_with("+OK")) throw std::runtime_error("the POP3 server said: " + std::string(line));
}

} // namespace pillarbox::bench
