#pragma once

#include "storage/sqlite/core.hpp"
#include "storage/text_extractor.hpp"

#include <cstdint>
#include <memory>

namespace pillarbox::storage::sqlite {

/// The octets of a body, for a thread that may wait for the disk: small ones in
/// memory and checked, those in a file of their own as they are asked for.
/// While it lives, they are not given back. Null when they are damaged or gone.
std::unique_ptr<Octets> open_body(Core& core, Database& mail, std::int64_t body);

} // namespace pillarbox::storage::sqlite
