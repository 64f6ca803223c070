#include "server/transfer/folder_names.hpp"

#include "server/base/ascii.hpp"
#include "server/mime/characters.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace pillarbox::transfer {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// Code points as UTF-16 in base64, between '&' and '-'.
class Shift
{
public:
    explicit Shift(std::string& out) : out_(out) {}

    void add(char32_t code_point)
    {
        if (code_point >= 0x10000) {
            add_unit(0xD800 + ((code_point - 0x10000) >> 10));
            add_unit(0xDC00 + ((code_point - 0x10000) & 0x3FF));
        } else {
            add_unit(code_point);
        }
    }

    void end()
    {
        if (!open_) return;
        if (count_ > 0) out_ += alphabet[(bits_ << (6 - count_)) & 0x3F];
        out_ += '-';
        open_ = false;
        bits_ = 0;
        count_ = 0;
    }

private:
    void add_unit(std::uint32_t unit)
    {
        if (!std::exchange(open_, true)) out_ += '&';
        bits_ = (bits_ << 16) | unit;
        for (count_ += 16; count_ >= 6;) {
            count_ -= 6;
            out_ += alphabet[(bits_ >> count_) & 0x3F];
        }
        bits_ &= (1u << count_) - 1;
    }

    std::string& out_;
    std::uint32_t bits_ = 0;
    unsigned count_ = 0; // of bits that wait
    bool open_ = false;
};

/// What stands between '&' and '-'. False when that is no UTF-16 in base64.
bool unshift(std::string_view text, std::string& out)
{
    std::uint32_t bits = 0;
    unsigned count = 0;
    char32_t high = 0;
    for (const char c : text) {
        const auto value = alphabet.find(c);
        if (value == std::string_view::npos) return false;
        bits = (bits << 6) | static_cast<std::uint32_t>(value);
        count += 6;
        if (count < 16) continue;
        count -= 16;
        const char32_t unit = bits >> count;
        bits &= (1u << count) - 1;
        const bool low = unit >= 0xDC00 && unit < 0xE000;
        if (low != (high != 0)) return false; // surrogates come in pairs
        if (unit >= 0xD800 && unit < 0xDC00) {
            high = unit;
            continue;
        }
        mime::append_utf8(out, low ? 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00) : unit);
        high = 0;
    }
    return high == 0 && count < 6 && bits == 0;
}

std::optional<std::string> decode(std::string_view encoded)
{
    std::string name;
    while (!encoded.empty()) {
        const char c = encoded.front();
        encoded.remove_prefix(1);
        if (c < ' ' || c > '~') return std::nullopt; // controls, and what has eight bits
        if (c != '&') {
            name += c == '.' ? '/' : c;
            continue;
        }
        const auto end = encoded.find('-');
        if (end == std::string_view::npos) return std::nullopt;
        if (end == 0) name += '&';
        if (!unshift(encoded.substr(0, end), name)) return std::nullopt;
        encoded.remove_prefix(end + 1);
    }
    return name;
}

} // namespace

std::string encode_folder(std::string_view name)
{
    std::string encoded;
    Shift shift(encoded);
    while (!name.empty()) {
        const auto point = mime::first_code_point(name);
        name.remove_prefix(point.length);
        if (point.value < ' ' || point.value > '~' || point.value == '.') {
            shift.add(point.value);
            continue;
        }
        shift.end();
        if (point.value == '&') encoded += "&-";
        if (point.value != '&') encoded += point.value == '/' ? '.' : static_cast<char>(point.value);
    }
    shift.end();
    return encoded;
}

std::string decode_folder(std::string_view encoded)
{
    if (auto name = decode(encoded)) return std::move(*name);
    auto name = mime::scrub_utf8(encoded);
    std::ranges::replace(name, '.', '/');
    return name;
}

std::optional<storage::MailboxRole> role_of(std::string_view name)
{
    using storage::MailboxRole;
    constexpr std::array<std::pair<std::string_view, MailboxRole>, 20> known{
        {{"inbox", MailboxRole::inbox},         {"drafts", MailboxRole::drafts},
         {"draft", MailboxRole::drafts},        {"sent", MailboxRole::sent},
         {"sent items", MailboxRole::sent},     {"sent messages", MailboxRole::sent},
         {"sent mail", MailboxRole::sent},      {"sent-mail", MailboxRole::sent},
         {"archive", MailboxRole::archive},     {"archives", MailboxRole::archive},
         {"junk", MailboxRole::junk},           {"junk e-mail", MailboxRole::junk},
         {"junk email", MailboxRole::junk},     {"junk mail", MailboxRole::junk},
         {"spam", MailboxRole::junk},           {"bulk mail", MailboxRole::junk},
         {"trash", MailboxRole::trash},         {"deleted", MailboxRole::trash},
         {"deleted items", MailboxRole::trash}, {"deleted messages", MailboxRole::trash}}};
    const auto found =
        std::ranges::find_if(known, [name](const auto& entry) { return ascii::equal(entry.first, name); });
    if (found == known.end()) return std::nullopt;
    return found->second;
}

} // namespace pillarbox::transfer
