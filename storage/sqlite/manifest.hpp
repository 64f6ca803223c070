#pragma once

#include "storage/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::storage::sqlite {

// What a backup's manifest says: lines of a word and its values, and at last
// the checksum of all lines before. Pure.

/// A file that belongs to the snapshot.
struct ManifestFile
{
    std::string name; // without directories
    std::uint64_t octets = 0;
    std::uint32_t checksum = 0; // CRC-32C

    friend bool operator==(const ManifestFile&, const ManifestFile&) = default;
};

struct Manifest
{
    std::string store;    // whose backup it is
    std::string snapshot; // the folder of the one that counts; empty: none was finished
    Time made{};
    int schema = 0;
    std::uint64_t accounts = 0;
    std::uint64_t messages = 0;
    std::uint64_t bodies = 0;
    std::uint64_t octets = 0; // of the bodies
    std::vector<ManifestFile> files{};

    friend bool operator==(const Manifest&, const Manifest&) = default;
};

std::string write_manifest(const Manifest& manifest);

/// Empty when it is no manifest, or a damaged one.
std::optional<Manifest> parse_manifest(std::string_view text);

/// Whether a manifest can name a file so, and a path can be made of it.
bool usable_file_name(std::string_view name);

/// What the manifest's file is called.
inline constexpr auto manifest_name = "pillarbox-backup";

} // namespace pillarbox::storage::sqlite
