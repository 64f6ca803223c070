// Wherever the octets are cut, the outcome is the same; and what has no label
// `binary` in it stays as it came.

#include "server/mailflow/line_form.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

void check(bool good)
{
    if (!good) std::abort();
}

std::string in_lines(std::string_view message, std::size_t piece)
{
    pillarbox::mailflow::LineForm form;
    std::string out;
    for (; !message.empty(); message.remove_prefix(std::min(piece, message.size())))
        form.feed(message.substr(0, piece), out);
    form.finish(out);
    return out;
}

bool names_binary(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text.find("binary") != std::string::npos;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const std::size_t piece = data[0] + 1u;
    const std::string_view message(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::string whole = in_lines(message, message.size() + 1);
    check(whole == in_lines(message, piece));
    check(whole == in_lines(message, 1));
    if (!names_binary(std::string(message))) check(whole == message);
    return 0;
}
