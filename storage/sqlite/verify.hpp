#pragma once

#include "storage/maintenance.hpp"
#include "storage/sqlite/core.hpp"

namespace pillarbox::storage::sqlite {

/// verify() for `sqlite:`.
Verification verify_sqlite(const Options& options, const VerifyOptions& verify, Underneath underneath = {});

/// The data directory of a store that must exist, without links on its way.
/// Throws std::runtime_error when there is none.
Layout existing_layout(const std::filesystem::path& directory);

/// A database of the store, for reading it from beside the server or on a disk
/// that nobody can write to. Throws SQLite::Exception.
std::unique_ptr<Database> open_beside(const std::filesystem::path& file);

/// Whether a server or an import works on the data directory now.
bool server_runs(Files& files, const Layout& layout);

} // namespace pillarbox::storage::sqlite
