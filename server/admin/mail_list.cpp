#include "server/admin/mail_list.hpp"

namespace pillarbox::admin {

MailboxNames mailbox_names(Tool& tool, storage::AccountId account)
{
    MailboxNames names;
    const auto mailboxes = tool.wait(tool.store().mail().mailboxes(account));
    if (!mailboxes) throw Failed(mailboxes.error().message());
    for (const auto& mailbox : *mailboxes)
        names[mailbox.id] = mailbox.name;
    return names;
}

std::string sender(const storage::Summary& summary)
{
    return summary.sender_name.empty() ? summary.sender_address : summary.sender_name;
}

} // namespace pillarbox::admin
