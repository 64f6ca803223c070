#pragma once

#include "storage/sqlite/body_store.hpp"
#include "storage/sqlite/database.hpp"

namespace pillarbox::storage::sqlite {

struct Core;

/// Mends what a crash left, before anything else uses the data: unfinished
/// spools, files that no row knows, and what lies behind a segment's end. Reads
/// no body, so it takes no longer with more mail. Looks whether the newest
/// bodies are there, and reports those that are not. Throws std::runtime_error
/// when a directory cannot be read or cleaned.
/// `others`: what another lane left as well, for nobody works in it.
BodyStore::Start recover(Core& core, Database& database, bool others);

} // namespace pillarbox::storage::sqlite
