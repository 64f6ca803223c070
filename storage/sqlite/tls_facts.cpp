#include "storage/sqlite/access.hpp"

#include "storage/sqlite/core.hpp"

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::int64_t most_policies = 20'000;
constexpr std::int64_t most_marks = 100'000;
constexpr std::int64_t longest_mark = std::int64_t{180} * 24 * 60 * 60;

} // namespace

awaitable<Result<std::optional<StsPolicy>>> SqliteTlsFacts::sts_policy(std::string domain)
{
    auto work = [domain = std::move(domain)](Database& database) -> Result<std::optional<StsPolicy>> {
        Query row(database,
                  "SELECT id, text, fetched, expires FROM sts_policy WHERE domain = ? AND expires > ?",
                  domain, now());
        if (!row.step()) return std::optional<StsPolicy>();
        return std::optional(StsPolicy{.domain = domain,
                                       .id = row.as<std::string>(0),
                                       .text = row.as<std::string>(1),
                                       .fetched = row.as<Time>(2),
                                       .expires = row.as<Time>(3)});
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteTlsFacts::keep(StsPolicy policy)
{
    auto work = [policy = std::move(policy)](Database& database) -> Result<void> {
        database.run("DELETE FROM sts_policy WHERE expires <= ?", now());
        database.run("INSERT INTO sts_policy (domain, id, text, fetched, expires) VALUES (?, ?, ?, ?, ?) ON "
                     "CONFLICT (domain) DO UPDATE SET id = excluded.id, text = excluded.text, fetched = "
                     "excluded.fetched, expires = excluded.expires",
                     policy.domain, policy.id, policy.text, policy.fetched, policy.expires);
        database.run("DELETE FROM sts_policy WHERE domain IN (SELECT domain FROM sts_policy ORDER BY expires "
                     "DESC LIMIT -1 OFFSET ?)",
                     most_policies);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<std::optional<TlsMark>>> SqliteTlsFacts::best(std::string domain)
{
    auto work = [domain = std::move(domain)](Database& database) -> Result<std::optional<TlsMark>> {
        Query row(database, "SELECT level, seen FROM tls_best WHERE domain = ?", domain);
        if (!row.step()) return std::optional<TlsMark>();
        return std::optional(TlsMark{static_cast<TlsMark::Level>(row.as<std::int64_t>(0)), row.as<Time>(1)});
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteTlsFacts::mark(std::string domain, TlsMark mark)
{
    auto work = [domain = std::move(domain), mark](Database& database) -> Result<void> {
        database.run("INSERT INTO tls_best (domain, level, seen) VALUES (?, ?, ?) ON CONFLICT (domain) DO "
                     "UPDATE SET level = max(level, excluded.level), seen = max(seen, excluded.seen)",
                     domain, static_cast<std::int64_t>(mark.level), mark.seen);
        database.run("DELETE FROM tls_best WHERE seen < ?", mark.seen - std::chrono::seconds(longest_mark));
        database.run("DELETE FROM tls_best WHERE domain IN (SELECT domain FROM tls_best ORDER BY seen DESC "
                     "LIMIT -1 OFFSET ?)",
                     most_marks);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<void>> SqliteTlsFacts::forget_best(std::string domain)
{
    auto work = [domain = std::move(domain)](Database& database) -> Result<void> {
        if (database.run("DELETE FROM tls_best WHERE domain = ?", domain) == 0)
            return make_error_code(Errc::not_found);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

} // namespace pillarbox::storage::sqlite
