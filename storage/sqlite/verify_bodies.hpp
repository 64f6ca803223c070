#pragma once

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/findings.hpp"

#include <functional>

namespace pillarbox::storage::sqlite {

/// Where everything is that has to be looked at, and who hears of it.
struct Inspection
{
    const Layout& layout;
    Files& files;
    Database& database;
    Findings& findings;
    std::function<void(std::uint64_t octets)> checked; // so many octets more
};

/// Notes in temporary tables which places in segments are taken, and which
/// bodies need no look because an earlier repair put all their messages aside.
/// In the caller's snapshot.
void note_places(Database& database);

/// Bodies in rows and in files of their own: there, and sound.
void check_bodies(const Inspection& inspection, std::int64_t last);

/// Segments from their beginning to their end: every record sound, and nothing
/// between them that no row knows. After note_places().
void check_segments(const Inspection& inspection);

/// Files whose name is no body's or segment's of the store.
void check_names(const Inspection& inspection);

} // namespace pillarbox::storage::sqlite
