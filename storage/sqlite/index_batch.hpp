#pragma once

#include "storage/sqlite/index_rows.hpp"

#include <atomic>
#include <cstdint>
#include <vector>

namespace pillarbox::storage::sqlite {

struct Core;

/// Messages on their way into the index.
struct IndexBatch
{
    std::vector<IndexEntry> entries;
    std::vector<IndexEntry> shares;             // without text: their bodies are in the index already
    std::vector<std::int64_t> with_attachments; // bodies whose rows do not know of them
    std::int64_t cursor = 0;                    // of `msg`: up to here it is all
};

/// Reads some of what comes behind `cursor`; nothing when its own cursor is the
/// same. No snapshot of mail.db lasts while octets are read.
IndexBatch read_batch(Core& core, Database& mail, Database& index, std::int64_t cursor,
                      const std::atomic<bool>& stopping);

} // namespace pillarbox::storage::sqlite
