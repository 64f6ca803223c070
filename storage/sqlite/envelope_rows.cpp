#include "storage/sqlite/envelope_rows.hpp"

namespace pillarbox::storage::sqlite {

namespace {

constexpr std::uint32_t return_bit = 1;
constexpr std::uint32_t trace_bit = 2;

} // namespace

MailParameters mail_parameters(const Query& row, int first)
{
    MailParameters mail;
    mail.envelope_id = row.as<std::string>(first);
    mail.return_content = row.as<ReturnContent>(first + 1);
    mail.body = row.as<BodyKind>(first + 2);
    mail.smtputf8 = row.as<bool>(first + 3);
    mail.tls = row.as<TlsWish>(first + 4);
    if (!row.null(first + 5)) mail.release_at = row.as<Time>(first + 5);
    if (!row.null(first + 6)) {
        const auto mode = row.as<std::uint32_t>(first + 7);
        mail.deliver_by = DeliverBy{.at = row.as<Time>(first + 6),
                                    .or_return = (mode & return_bit) != 0,
                                    .traced = (mode & trace_bit) != 0};
    }
    return mail;
}

std::uint32_t by_mode(const MailParameters& mail)
{
    if (!mail.deliver_by) return 0;
    return (mail.deliver_by->or_return ? return_bit : 0) | (mail.deliver_by->traced ? trace_bit : 0);
}

RcptParameters rcpt_parameters(const Query& row, int first)
{
    return {row.as<std::uint32_t>(first), row.as<std::string>(first + 1)};
}

} // namespace pillarbox::storage::sqlite
