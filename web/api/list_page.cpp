#include "web/api/list_page.hpp"

#include <algorithm>

namespace pillarbox::api {

namespace {

using boost::asio::awaitable;
using storage::Page;
using storage::Result;

/// The store's list, which is newest first.
struct List
{
    storage::Mail& mail;
    storage::AccountId account;
    storage::MailboxId mailbox;
    storage::Rows rows;

    awaitable<Result<Page>> behind(std::uint32_t uid, std::size_t limit) const
    {
        return mail.list(account, mailbox, uid, 0, limit, rows);
    }

    awaitable<Result<Page>> from(std::uint32_t position, std::size_t limit) const
    {
        return mail.list(account, mailbox, 0, position, limit, rows);
    }
};

/// Rows that are newer than a message: those next to it.
awaitable<Result<Page>> newer(List list, std::uint32_t uid, std::size_t limit)
{
    // Where the row is now; when it has gone, where it would be.
    const auto behind = co_await list.behind(uid, 0);
    if (!behind) co_return behind.error();
    const auto above = behind->position > 0 ? behind->position - 1 : 0;
    auto here = co_await list.from(above, 1);
    if (!here) co_return here.error();
    const bool there = !here->items.empty() && here->items.front().uid == uid;
    const auto end = there ? above : behind->position;
    const auto rows = std::min<std::size_t>(limit, end);
    if (rows == 0) {
        here->items.clear();
        here->conversations.clear();
        here->position = 0;
        co_return std::move(*here);
    }
    auto page = co_await list.from(static_cast<std::uint32_t>(end - rows), rows);
    co_return page;
}

/// The rows that a list which is oldest first has from `position` on, newest first.
awaitable<Result<Page>> from_end(List list, std::uint32_t position, std::size_t limit)
{
    auto all = co_await list.from(0, 0);
    if (!all) co_return all.error();
    if (position >= all->total) {
        all->position = 0; // behind the last of them
        co_return std::move(*all);
    }
    const auto rows = std::min<std::size_t>(limit, all->total - position);
    auto page = co_await list.from(static_cast<std::uint32_t>(all->total - position - rows), rows);
    co_return page;
}

/// The other way round.
Page mirrored(Page page)
{
    std::ranges::reverse(page.items);
    std::ranges::reverse(page.conversations);
    const auto end = page.position + page.items.size();
    page.position = end < page.total ? static_cast<std::uint32_t>(page.total - end) : 0;
    return page;
}

awaitable<Result<Page>> newest_first(List list, const PageWish& wish)
{
    if (!wish.cursor) return list.from(wish.position, wish.limit);
    if (wish.cursor->direction == Cursor::Direction::after) return list.behind(wish.cursor->uid, wish.limit);
    return newer(list, wish.cursor->uid, wish.limit);
}

awaitable<Result<Page>> oldest_first(List list, const PageWish& wish)
{
    if (!wish.cursor) return from_end(list, wish.position, wish.limit);
    if (wish.cursor->direction == Cursor::Direction::after) return newer(list, wish.cursor->uid, wish.limit);
    return list.behind(wish.cursor->uid, wish.limit);
}

} // namespace

awaitable<Result<Page>> read_page(storage::Mail& mail, storage::AccountId account, storage::MailboxId mailbox,
                                  PageWish wish)
{
    const List list{mail, account, mailbox, wish.rows};
    if (wish.order == Order::newest_first) {
        auto page = co_await newest_first(list, wish);
        co_return page;
    }
    auto page = co_await oldest_first(list, wish);
    if (!page) co_return page.error();
    co_return mirrored(std::move(*page));
}

} // namespace pillarbox::api
