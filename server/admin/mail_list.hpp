#pragma once

#include "server/admin/tool.hpp"

#include <map>
#include <string>

/// What verbs that list messages share.
namespace pillarbox::admin {

using MailboxNames = std::map<storage::MailboxId, std::string>;

/// Throws Failed.
MailboxNames mailbox_names(Tool& tool, storage::AccountId account);

/// Who sent it, as a person would say.
std::string sender(const storage::Summary& summary);

} // namespace pillarbox::admin
