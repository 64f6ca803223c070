#pragma once

#include "storage/sqlite/database.hpp"

#include <utility>

namespace pillarbox::storage::sqlite {

/// Work for submit(), and what is to be done once it has been committed, on the
/// row thread: it must not wait or throw.
template <class Work, class Then>
class AfterCommit
{
public:
    AfterCommit(Work work, Then then) : work_(std::move(work)), then_(std::move(then)) {}

    auto operator()(Database& database) { return work_(database); }

    void settle(bool committed)
    {
        if (committed) then_();
    }

private:
    Work work_;
    Then then_;
};

} // namespace pillarbox::storage::sqlite
