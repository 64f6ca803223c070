#pragma once

#include <chrono>
#include <string>

namespace pillarbox::admin {

/// `30d`, or `never`, as the configuration has it.
std::string expire_text(std::chrono::days expire);

} // namespace pillarbox::admin
