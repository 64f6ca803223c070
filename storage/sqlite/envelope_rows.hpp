#pragma once

#include "storage/envelope.hpp"
#include "storage/sqlite/database.hpp"

namespace pillarbox::storage::sqlite {

/// What stands in `queue` of MAIL: envelope_id, return_content, body_kind,
/// smtputf8, tls_wish, release_at, deliver_by, by_mode, from column `first` on.
MailParameters mail_parameters(const Query& row, int first);

/// What `by_mode` is of it: bits, 1 for "R" and 2 for "T".
std::uint32_t by_mode(const MailParameters& mail);

/// And of RCPT: notify, original_recipient.
RcptParameters rcpt_parameters(const Query& row, int first);

} // namespace pillarbox::storage::sqlite
