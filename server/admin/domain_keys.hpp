#pragma once

#include "server/admin/tool.hpp"
#include "storage/dkim_keys.hpp"

#include <string>
#include <vector>

namespace pillarbox::admin {

/// What mail of a domain is signed with; made when there is nothing yet. Throws
/// Failed with a sentence for people.
std::vector<storage::DkimKey> keys_of_domain(Tool& tool, const Config& config, const std::string& domain);

} // namespace pillarbox::admin
