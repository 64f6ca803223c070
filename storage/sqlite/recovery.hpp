#pragma once

#include "storage/sqlite/body_store.hpp"
#include "storage/sqlite/database.hpp"

namespace pillarbox::storage::sqlite {

struct Core;

struct Recovered
{
    BodyStore::Start start;
    bool database_damaged = false; // a part of it cannot be read
};

/// Mends what a crash left, before anything else uses the data: unfinished
/// spools, files that no row knows, and what lies behind a segment's end. Reads
/// no body, so it takes no longer with more mail. Looks whether segments
/// and the newest bodies are there, and reports those that are not, and files
/// that are not the store's. Throws std::runtime_error
/// when a directory cannot be read or cleaned.
/// `others`: what another lane left as well, for nobody works in it.
Recovered recover(Core& core, Database& database, bool others);

} // namespace pillarbox::storage::sqlite
