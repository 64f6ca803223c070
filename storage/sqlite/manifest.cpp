#include "storage/sqlite/manifest.hpp"

#include "storage/sqlite/checksum.hpp"

#include <algorithm>
#include <charconv>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::string_view first_line = "pillarbox-backup 1\n";

template <class Number>
bool read_number(std::string_view text, Number& number, int base = 10)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    return error == std::errc() && end == text.data() + text.size();
}

/// Takes the part of `text` up to `end`; all of it where there is none.
std::string_view take(std::string_view& text, char end)
{
    const auto at = text.find(end);
    const auto part = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
    return part;
}

std::string hex(std::uint32_t number)
{
    constexpr auto digits = "0123456789abcdef";
    std::string text;
    for (int shift = 28; shift >= 0; shift -= 4)
        text += digits[(number >> shift) & 0xf];
    return text;
}

bool read_line(std::string_view word, std::string_view rest, Manifest& manifest)
{
    if (word == "store") return !(manifest.store = rest).empty();
    if (word == "snapshot") return usable_file_name(manifest.snapshot = rest);
    if (word == "made") {
        std::int64_t seconds = 0;
        if (!read_number(rest, seconds)) return false;
        manifest.made = Time(std::chrono::seconds(seconds));
        return true;
    }
    if (word == "schema") return read_number(rest, manifest.schema);
    if (word == "accounts") return read_number(rest, manifest.accounts);
    if (word == "messages") return read_number(rest, manifest.messages);
    if (word == "bodies") return read_number(rest, manifest.bodies);
    if (word == "octets") return read_number(rest, manifest.octets);
    if (word == "file") {
        auto& file = manifest.files.emplace_back();
        file.name = take(rest, ' ');
        const auto octets = take(rest, ' ');
        return usable_file_name(file.name) && read_number(octets, file.octets) &&
               read_number(rest, file.checksum, 16);
    }
    return true; // a later program's
}

} // namespace

bool usable_file_name(std::string_view name)
{
    return !name.empty() && name.size() <= 255 && name.front() != '.' &&
           std::ranges::none_of(name,
                                [](char c) { return c == '/' || static_cast<unsigned char>(c) <= ' '; });
}

std::string write_manifest(const Manifest& manifest)
{
    std::string text(first_line);
    const auto line = [&](std::string_view word, const std::string& value) {
        text.append(word).append(" ").append(value).append("\n");
    };
    line("store", manifest.store);
    if (!manifest.snapshot.empty()) {
        line("snapshot", manifest.snapshot);
        line("made", std::to_string(manifest.made.time_since_epoch().count()));
        line("schema", std::to_string(manifest.schema));
        line("accounts", std::to_string(manifest.accounts));
        line("messages", std::to_string(manifest.messages));
        line("bodies", std::to_string(manifest.bodies));
        line("octets", std::to_string(manifest.octets));
        for (const auto& file : manifest.files)
            line("file", file.name + " " + std::to_string(file.octets) + " " + hex(file.checksum));
    }
    line("checksum", hex(checksum(text)));
    return text;
}

std::optional<Manifest> parse_manifest(std::string_view text)
{
    if (!text.starts_with(first_line)) return std::nullopt;
    const auto last = text.rfind("checksum ");
    std::uint32_t sum = 0;
    if (last == std::string_view::npos || !text.ends_with('\n') ||
        !read_number(text.substr(last + 9, text.size() - last - 10), sum, 16) ||
        checksum(text.substr(0, last)) != sum)
        return std::nullopt;
    Manifest manifest;
    auto lines = text.substr(first_line.size(), last - first_line.size());
    while (!lines.empty()) {
        auto line = take(lines, '\n');
        const auto word = take(line, ' ');
        if (!read_line(word, line, manifest)) return std::nullopt;
    }
    if (manifest.store.empty()) return std::nullopt;
    return manifest;
}

} // namespace pillarbox::storage::sqlite
