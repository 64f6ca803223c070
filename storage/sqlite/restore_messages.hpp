#pragma once

#include "storage/maintenance.hpp"
#include "storage/sqlite/core.hpp"

namespace pillarbox::storage::sqlite {

/// restore_messages() for `sqlite:`.
SelectionSummary restore_messages_sqlite(const Options& options, const std::filesystem::path& source,
                                         const Selection& selection, const RestoreOptions& restore,
                                         Underneath underneath = {});

/// list_backup() for `sqlite:`.
std::vector<KeptMailbox> list_mailboxes_sqlite(const std::filesystem::path& source,
                                               const std::string& account, Underneath underneath = {});
void list_messages_sqlite(const std::filesystem::path& source, const std::string& account,
                          const std::string& mailbox, const std::function<void(const Listed&)>& message,
                          Underneath underneath = {});

} // namespace pillarbox::storage::sqlite
