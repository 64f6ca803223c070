#pragma once

#include "storage/reset_links.hpp"

namespace pillarbox::storage::sqlite {

struct Core;
class Database;

/// As those of storage/sqlite/access.hpp.
class SqliteResetLinks final : public ResetLinks
{
public:
    explicit SqliteResetLinks(Core& core) : core_(core) {}

    awaitable<Result<void>> add(ResetLink link) override;
    awaitable<Result<ResetLink>> find(std::string digest) override;
    awaitable<Result<void>> redeem(std::string digest, std::string password_hash, std::string scram) override;

private:
    Core& core_;
};

/// Whatever opened the account until now does so no longer: its sessions, and the link
/// to set its password. For when that is changed, or the account is disabled.
void close_account(Database& database, AccountId account);

} // namespace pillarbox::storage::sqlite
