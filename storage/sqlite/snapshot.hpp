#pragma once

#include "storage/maintenance.hpp"
#include "storage/sqlite/core.hpp"
#include "storage/sqlite/manifest.hpp"

#include <filesystem>

namespace pillarbox::storage::sqlite {

/// Copies the database as it is now into a file of its own, which is then
/// synced and checked by SQLite. Others go on writing meanwhile. What is true
/// of a running server only (leases, browsers that are signed in) is left out.
/// `vfs` is SQLite's file layer for the copy. Throws std::runtime_error, or
/// SQLite::Exception.
void copy_database(Files& files, const std::string& vfs, Database& from, const std::filesystem::path& to,
                   const OnProgress& progress);

/// Copies all pages as of one moment into a new file, which is not synced.
void copy_pages(Files& files, const std::string& vfs, Database& from, const std::filesystem::path& to,
                const OnProgress& progress);

/// Opens one that was copied; nothing is written beside it.
std::unique_ptr<Database> open_snapshot(const std::filesystem::path& file);

/// Which store it is, in hexadecimal digits.
std::string store_of(Database& database);

/// Fills in what the manifest counts.
void count(Database& database, Manifest& manifest);

} // namespace pillarbox::storage::sqlite
