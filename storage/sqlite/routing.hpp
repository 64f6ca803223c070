#pragma once

#include "storage/accounts.hpp"
#include "storage/sqlite/address.hpp"
#include "storage/sqlite/database.hpp"

#include <cstddef>

namespace pillarbox::storage::sqlite {

/// Addresses one address may lead to, and aliases followed on the way.
inline constexpr std::size_t most_targets = 1000;

/// Accounts::route() on one snapshot. `address` is canonical; `default_quota`
/// is for accounts without their own, `separators` for such domains, `sink` as Options::sink.
Result<Route> route_of(Database& database, const Address& address, std::uint64_t default_quota,
                       std::string_view separators, std::string_view sink = {});

} // namespace pillarbox::storage::sqlite
