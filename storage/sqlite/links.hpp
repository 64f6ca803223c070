#pragma once

#include <cstdint>
#include <string_view>

namespace pillarbox::storage::sqlite {

/// What stands for a message's id where messages are linked to each other.
std::int64_t link_to(std::string_view message_id);

} // namespace pillarbox::storage::sqlite
