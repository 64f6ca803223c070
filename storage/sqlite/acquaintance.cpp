#include "storage/sqlite/acquaintance.hpp"

#include <string>

namespace pillarbox::storage::sqlite {
namespace {

/// The rule for an address comes before that for its domain.
std::optional<SenderRule> rule_of(Database& database, AccountId account, const Address& author)
{
    for (const auto& sender : {author.text(), "@" + author.domain}) {
        Query row(database, "SELECT rule FROM sender_rule WHERE account = ? AND sender = ?", account, sender);
        if (row.step()) return row.as<SenderRule>(0);
    }
    return std::nullopt;
}

bool knows(Database& database, AccountId account, const std::string& author)
{
    return Query(database, "SELECT 1 FROM known_sender WHERE account = ? AND address = ?", account, author)
               .step() ||
           Query(database, "SELECT 1 FROM contact WHERE account = ? AND key = ?", account, author).step();
}

} // namespace

Acquaintance acquaintance(Database& database, AccountId account, const std::optional<Address>& author)
{
    Acquaintance found;
    if (author) {
        found.rule = rule_of(database, account, *author);
        found.known = knows(database, account, author->text());
    }
    Query row(database, "SELECT junk, wanted FROM junk_filter WHERE account = ?", account);
    if (row.step()) {
        found.junk = row.as<std::uint32_t>(0);
        found.wanted = row.as<std::uint32_t>(1);
    }
    return found;
}

} // namespace pillarbox::storage::sqlite
