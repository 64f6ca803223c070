#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace pillarbox::admin {

/// `30d`, or `never`, as the configuration has it.
std::string expire_text(std::chrono::days expire);

/// How long mail stays in an Inbox: `forever`, or `until-fetched 7d`.
std::string keep_text(std::optional<std::chrono::seconds> grace);

/// `7d`, `90m`: in the largest unit that is whole.
std::string time_text(std::chrono::seconds time);

} // namespace pillarbox::admin
