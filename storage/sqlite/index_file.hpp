#pragma once

#include "storage/sqlite/database.hpp"
#include "storage/sqlite/files.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace pillarbox::storage::sqlite {

// index.db: what the search needs, beside mail.db and made from it. Whenever
// there is a doubt about it, it is thrown away and made anew.

/// Opens it for writing; makes it when it is missing, damaged, of another
/// version of ours or of the extractor's, or of another store. `why` is then
/// set: for people, empty when there was none. Throws SQLite::Exception or
/// std::runtime_error when it cannot be made either.
std::unique_ptr<Database> open_index(Files& files, const std::filesystem::path& file, const std::string& vfs,
                                     Database& mail, int extractor, std::string& why);

/// Removes it with its log. Nobody may have it open.
void remove_index(const std::filesystem::path& file);

/// A reader of mail.db that has the index attached, as `idx`. Throws
/// SQLite::Exception when there is none, std::runtime_error when it is of
/// another version.
std::unique_ptr<Database> open_search_reader(const Database::Options& mail,
                                             const std::filesystem::path& index);

} // namespace pillarbox::storage::sqlite
