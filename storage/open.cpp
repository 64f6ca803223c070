#include "storage/maintenance.hpp"
#include "storage/sqlite/backup.hpp"
#include "storage/sqlite/core.hpp"
#include "storage/sqlite/restore.hpp"
#include "storage/sqlite/restore_messages.hpp"
#include "storage/sqlite/verify.hpp"
#include "storage/store.hpp"

#include <stdexcept>

namespace pillarbox::storage {
namespace {

void expect_known(const std::string& url)
{
    if (url == "sqlite:") return;
    throw std::runtime_error("storage.url = '" + url +
                             "' names no store that this program has; use 'sqlite:'");
}

} // namespace

std::unique_ptr<Store> open(const Options& options)
{
    expect_known(options.url);
    return sqlite::open_sqlite(options);
}

Verification verify(const Options& store, const VerifyOptions& options)
{
    expect_known(store.url);
    return sqlite::verify_sqlite(store, options);
}

BackupSummary backup(const Options& store, const std::filesystem::path& destination,
                     const OnProgress& progress)
{
    expect_known(store.url);
    return sqlite::backup_sqlite(store, destination, progress);
}

BackupSummary restore(const Options& store, const std::filesystem::path& source,
                      const RestoreOptions& options)
{
    expect_known(store.url);
    return sqlite::restore_sqlite(store, source, options);
}

SelectionSummary restore_messages(const Options& store, const std::filesystem::path& source,
                                  const Selection& selection, const RestoreOptions& options)
{
    expect_known(store.url);
    return sqlite::restore_messages_sqlite(store, source, selection, options);
}

std::vector<KeptMailbox> list_backup(const Options& store, const std::filesystem::path& source,
                                     const std::string& account)
{
    expect_known(store.url);
    return sqlite::list_mailboxes_sqlite(source, account);
}

void list_backup(const Options& store, const std::filesystem::path& source, const std::string& account,
                 const std::string& mailbox, const std::function<void(const Listed&)>& message)
{
    expect_known(store.url);
    sqlite::list_messages_sqlite(source, account, mailbox, message);
}

} // namespace pillarbox::storage
