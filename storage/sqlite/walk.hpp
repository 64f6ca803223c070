#pragma once

#include "storage/search.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/search_plan.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace pillarbox::storage::sqlite {

/// Goes through the messages of some mailboxes by when they were received, then
/// by their numbers, in one snapshot. Reads no more than it comes to.
class Walk
{
public:
    /// From that second on, or from the first message.
    Walk(Database& database, const std::vector<std::int64_t>& mailboxes, Order order,
         std::optional<Time> from);

    /// None behind the last.
    std::optional<MessageRow> next();

private:
    /// One mailbox, and the message that it is at.
    class Rows
    {
    public:
        Rows(Database& database, std::int64_t mailbox, Order order, std::optional<Time> from);

        const std::optional<MessageRow>& at() const { return at_; }
        void step();

    private:
        const std::int64_t mailbox_;
        Query rows_;
        std::optional<MessageRow> at_;
    };

    std::optional<Time> next_second() const;
    void read_second();

    const Order order_;
    std::vector<std::unique_ptr<Rows>> mailboxes_;
    std::vector<MessageRow> second_; // what was received in it
    std::size_t told_ = 0;           // of those
};

} // namespace pillarbox::storage::sqlite
