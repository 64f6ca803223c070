// Whatever comes as an address of the sender rewriting scheme: only what was
// made with the key is genuine, and it is undone to what went in.

#include "server/mailflow/srs.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using pillarbox::mailflow::Srs;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const Srs srs(std::string(32, 'k'));
    constexpr std::chrono::sys_days today{std::chrono::days{20000}};
    const std::string input(reinterpret_cast<const char*>(data), size);
    // 40 bits were not guessed.
    if (srs.undo(input, today).kind != Srs::Undone::Kind::forged) std::abort();

    const std::string made = srs.rewrite(input, "example.test", today);
    if (made == input) return 0;
    const std::string local_part = made.substr(0, made.rfind('@'));
    if (!Srs::has_form(local_part)) std::abort();
    const auto undone = srs.undo(local_part, today);
    if (undone.kind != Srs::Undone::Kind::genuine) std::abort();
    const bool first = made.starts_with("SRS0");
    if (first && undone.local_part + '@' + undone.domain != input) std::abort();
    return 0;
}
