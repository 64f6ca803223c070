#include "storage/sqlite/envelope_rows.hpp"

namespace pillarbox::storage::sqlite {

MailParameters mail_parameters(const Query& row, int first)
{
    MailParameters mail;
    mail.envelope_id = row.as<std::string>(first);
    mail.return_content = row.as<ReturnContent>(first + 1);
    mail.body = row.as<BodyKind>(first + 2);
    mail.smtputf8 = row.as<bool>(first + 3);
    mail.tls = row.as<TlsWish>(first + 4);
    if (!row.null(first + 5)) mail.release_at = row.as<Time>(first + 5);
    return mail;
}

RcptParameters rcpt_parameters(const Query& row, int first)
{
    return {row.as<std::uint32_t>(first), row.as<std::string>(first + 1)};
}

} // namespace pillarbox::storage::sqlite
