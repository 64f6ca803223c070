#pragma once

#include "storage/acquaintance.hpp"
#include "storage/sqlite/address.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/types.hpp"

#include <optional>

namespace pillarbox::storage::sqlite {

/// What the account knows of `author`; without one, what its filter has learned.
Acquaintance acquaintance(Database& database, AccountId account, const std::optional<Address>& author);

} // namespace pillarbox::storage::sqlite
