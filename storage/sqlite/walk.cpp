#include "storage/sqlite/walk.hpp"

#include <algorithm>
#include <limits>

namespace pillarbox::storage::sqlite {
namespace {

constexpr auto walk_down = "SELECT uid, received, msg, flags, size FROM message "
                           "INDEXED BY message_by_received WHERE mailbox = ? AND received <= ? "
                           "ORDER BY received DESC, uid DESC";
constexpr auto walk_up = "SELECT uid, received, msg, flags, size FROM message "
                         "INDEXED BY message_by_received WHERE mailbox = ? AND received >= ? "
                         "ORDER BY received, uid";

std::int64_t bound_of(Order order, std::optional<Time> from)
{
    using Limits = std::numeric_limits<std::int64_t>;
    if (from) return from->time_since_epoch().count();
    return order == Order::newest_first ? Limits::max() : Limits::min();
}

} // namespace

Walk::Rows::Rows(Database& database, std::int64_t mailbox, Order order, std::optional<Time> from)
    : mailbox_(mailbox),
      rows_(database, order == Order::newest_first ? walk_down : walk_up, mailbox, bound_of(order, from))
{
    step();
}

void Walk::Rows::step()
{
    at_.reset();
    if (!rows_.step()) return;
    at_ = MessageRow{.message = rows_.integer(2),
                     .mailbox = mailbox_,
                     .uid = rows_.as<std::uint32_t>(0),
                     .flags = rows_.as<std::uint32_t>(3),
                     .size = rows_.as<std::uint64_t>(4),
                     .received = rows_.as<Time>(1)};
}

Walk::Walk(Database& database, const std::vector<std::int64_t>& mailboxes, Order order,
           std::optional<Time> from)
    : order_(order)
{
    for (const auto mailbox : mailboxes) {
        auto rows = std::make_unique<Rows>(database, mailbox, order, from);
        if (rows->at()) mailboxes_.push_back(std::move(rows));
    }
}

std::optional<MessageRow> Walk::next()
{
    if (told_ == second_.size()) read_second();
    if (told_ == second_.size()) return std::nullopt;
    return second_[told_++];
}

/// Mailboxes are in the order of their uids within a second, and messages have
/// others once they were moved.
void Walk::read_second()
{
    second_.clear();
    told_ = 0;
    const auto second = next_second();
    if (!second) return;
    for (const auto& mailbox : mailboxes_)
        for (; mailbox->at() && mailbox->at()->received == *second; mailbox->step())
            second_.push_back(*mailbox->at());
    std::ranges::sort(second_, {}, &MessageRow::message);
    if (order_ == Order::newest_first) std::ranges::reverse(second_);
    std::erase_if(mailboxes_, [](const auto& mailbox) { return !mailbox->at(); });
}

std::optional<Time> Walk::next_second() const
{
    std::optional<Time> next;
    for (const auto& mailbox : mailboxes_) {
        const auto received = mailbox->at()->received;
        const bool earlier = next && received < *next;
        if (!next || earlier == (order_ == Order::oldest_first)) next = received;
    }
    return next;
}

} // namespace pillarbox::storage::sqlite
