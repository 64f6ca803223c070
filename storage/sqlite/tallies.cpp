#include "storage/sqlite/access_tallies.hpp"

#include "storage/sqlite/core.hpp"

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::int64_t most_tls_kinds = 100;      // kinds, of a day and a domain
constexpr std::int64_t most_message_kinds = 1000; // the same
constexpr std::int64_t most_kinds = 200'000;      // of all domains
constexpr std::int64_t most_days = 20'000;

/// One call's additions.
class Adding
{
public:
    Adding(Database& database, TallyKind kind)
        : database_(database),
          kind_(static_cast<std::int64_t>(kind)),
          most_(kind == TallyKind::tls ? most_tls_kinds : most_message_kinds)
    {
        Query all(database_, "SELECT coalesce(sum(kinds), 0), count(*) FROM tally_day WHERE kind = ?", kind_);
        if (!all.step()) return;
        all_kinds_ = all.as<std::int64_t>(0);
        all_days_ = all.as<std::int64_t>(1);
    }

    void add(const TallyDay& day)
    {
        auto kinds = kinds_of(day);
        if (!kinds) return;
        const auto before = *kinds;
        auto left_out = static_cast<std::int64_t>(day.left_out);
        for (const auto& tally : day.tallies) {
            const auto number = static_cast<std::int64_t>(tally.number);
            if (raise(day, tally, number)) continue;
            if (*kinds >= most_ || all_kinds_ >= most_kinds) {
                left_out += number;
                continue;
            }
            database_.run("INSERT INTO tally (kind, day, domain, policy, facts, number) VALUES (?, ?, ?, ?, "
                          "?, ?)",
                          kind_, day.day, day.domain, tally.policy, tally.facts, number);
            ++*kinds;
            ++all_kinds_;
        }
        if (*kinds == before && left_out == 0) return;
        database_.run(
            "UPDATE tally_day SET kinds = ?, left_out = left_out + ? WHERE kind = ? AND day = ? AND "
            "domain = ?",
            *kinds, left_out, kind_, day.day, day.domain);
    }

private:
    /// How many that day of a domain has; none where it is one day too many.
    std::optional<std::int64_t> kinds_of(const TallyDay& day)
    {
        Query known(database_, "SELECT kinds FROM tally_day WHERE kind = ? AND day = ? AND domain = ?", kind_,
                    day.day, day.domain);
        if (known.step()) return known.as<std::int64_t>(0);
        if (all_days_ >= most_days) return std::nullopt;
        ++all_days_;
        database_.run("INSERT INTO tally_day (kind, day, domain) VALUES (?, ?, ?)", kind_, day.day,
                      day.domain);
        return 0;
    }

    bool raise(const TallyDay& day, const Tally& tally, std::int64_t number)
    {
        return database_.run("UPDATE tally SET number = number + ? WHERE kind = ? AND day = ? AND domain = ? "
                             "AND policy = ? AND facts = ?",
                             number, kind_, day.day, day.domain, tally.policy, tally.facts) > 0;
    }

    Database& database_;
    const std::int64_t kind_;
    const std::int64_t most_;
    std::int64_t all_kinds_ = 0;
    std::int64_t all_days_ = 0;
};

} // namespace

awaitable<Result<void>> SqliteTallies::add(TallyKind kind, std::vector<TallyDay> days)
{
    auto work = [kind, days = std::move(days)](Database& database) -> Result<void> {
        Adding adding(database, kind);
        for (const auto& day : days)
            adding.add(day);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

awaitable<Result<std::optional<TallyDay>>> SqliteTallies::next_day(TallyKind kind, std::int64_t before,
                                                                   std::int64_t day, std::string domain)
{
    auto work = [kind = static_cast<std::int64_t>(kind), before, after = day,
                 domain = std::move(domain)](Database& database) -> Result<std::optional<TallyDay>> {
        Query first(
            database,
            "SELECT day, domain, left_out FROM tally_day WHERE kind = ? AND (day, domain) > (?, ?) AND "
            "day < ? ORDER BY day, domain LIMIT 1",
            kind, after, domain, before);
        if (!first.step()) return std::optional<TallyDay>();
        TallyDay day{.day = first.as<std::int64_t>(0),
                     .domain = first.as<std::string>(1),
                     .tallies = {},
                     .left_out = static_cast<std::uint64_t>(first.as<std::int64_t>(2))};
        Query row(
            database,
            "SELECT policy, facts, number FROM tally WHERE kind = ? AND day = ? AND domain = ? ORDER BY "
            "policy, facts",
            kind, day.day, day.domain);
        while (row.step())
            day.tallies.push_back({row.as<std::string>(0), row.as<std::string>(1),
                                   static_cast<std::uint64_t>(row.as<std::int64_t>(2))});
        return std::optional(std::move(day));
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<void>> SqliteTallies::forget_day(TallyKind kind, std::int64_t day, std::string domain)
{
    auto work = [kind = static_cast<std::int64_t>(kind), day,
                 domain = std::move(domain)](Database& database) -> Result<void> {
        database.run("DELETE FROM tally WHERE kind = ? AND day = ? AND domain = ?", kind, day, domain);
        database.run("DELETE FROM tally_day WHERE kind = ? AND day = ? AND domain = ?", kind, day, domain);
        return boost::system::in_place_value;
    };
    return submit(*core_.writer, std::move(work));
}

} // namespace pillarbox::storage::sqlite
