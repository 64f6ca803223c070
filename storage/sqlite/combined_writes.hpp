#pragma once

#include <string>

namespace pillarbox::storage::sqlite {

/// A file layer for SQLite above the one called `beneath` (empty: the usual
/// one); returns its name. It joins neighbouring writes to the write-ahead log:
/// SQLite makes two for each page, a small one and the page itself. What it
/// holds goes on as one write before anything else is done with the log, and so
/// before the sync of a commit. A write that fails then fails the sync, and with
/// it the commit.
///
/// For connections with synchronous=FULL: their commits are in the file before
/// others are told of them. Any thread. Throws std::runtime_error when SQLite
/// knows no `beneath`.
std::string combined_writes(const std::string& beneath);

} // namespace pillarbox::storage::sqlite
