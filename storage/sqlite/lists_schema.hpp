#pragma once

namespace pillarbox::storage::sqlite {

/// Lists are in the order in which messages were received, whatever the order
/// in which they came to their mailbox.
inline constexpr auto lists_schema = R"sql(
CREATE INDEX message_by_received ON message (mailbox, received, uid);
)sql";

} // namespace pillarbox::storage::sqlite
