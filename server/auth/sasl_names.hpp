#pragma once

#include <string_view>

namespace pillarbox::auth::sasl {

/// Whether a mechanism has this name, offered here or not, in any case: one of
/// those that mail clients use, from IANA's register and beside it.
bool is_registered(std::string_view name);

} // namespace pillarbox::auth::sasl
