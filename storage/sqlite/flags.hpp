#pragma once

#include "storage/sqlite/database.hpp"
#include "storage/types.hpp"

#include <cstdint>

namespace pillarbox::storage::sqlite {

/// Adds flags to a message of the account; one that has gone is no error.
void add_flags(Database& database, AccountId account, MessageId message, std::uint32_t flags);

} // namespace pillarbox::storage::sqlite
