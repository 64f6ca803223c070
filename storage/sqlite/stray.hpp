#pragma once

#include "storage/sqlite/segment.hpp"

#include <cstdint>
#include <functional>
#include <optional>

namespace pillarbox::storage::sqlite {

/// Calls `found` for what [from, to) of a segment's file has besides zeros: for
/// whole, sound records one by one, and for runs of anything else.
void for_each_stray(int file, std::uint64_t from, std::uint64_t to,
                    const std::function<void(std::uint64_t offset, std::uint64_t octets,
                                             std::optional<Record> record)>& found);

} // namespace pillarbox::storage::sqlite
