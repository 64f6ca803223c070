#pragma once

#include "server/base/config.hpp"

#include <string>
#include <vector>

namespace pillarbox {

/// Makes the domain and the administrator that setup.* name, unless they are
/// there. Returns lines to show the operator: a generated password, or, where
/// the server has no domain at all, how to add one. Throws admin::Failed or
/// what opening the store throws.
std::vector<std::string> first_start(const Config& config);

} // namespace pillarbox
