#pragma once

#include "storage/tallies.hpp"

namespace pillarbox::storage::sqlite {

struct Core;

/// As those of storage/sqlite/access.hpp.
class SqliteTallies final : public Tallies
{
public:
    explicit SqliteTallies(Core& core) : core_(core) {}

    awaitable<Result<void>> add(TallyKind kind, std::vector<TallyDay> days) override;
    awaitable<Result<std::optional<TallyDay>>> next_day(TallyKind kind, std::int64_t before, std::int64_t day,
                                                        std::string domain) override;
    awaitable<Result<void>> forget_day(TallyKind kind, std::int64_t day, std::string domain) override;

private:
    Core& core_;
};

} // namespace pillarbox::storage::sqlite
