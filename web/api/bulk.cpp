#include "web/api/bulk.hpp"

#include <algorithm>
#include <functional>
#include <unordered_map>

namespace pillarbox::api {

namespace {

using storage::AccountId;
using storage::MailboxId;
using storage::MessageId;
using storage::Result;

constexpr int most_tries = 5; // while others take messages away from under our hands

Chosen choose(const storage::Listed& message)
{
    return {message.id, message.mailbox, message.flags};
}

/// Those that are still there. Errors: those of the store.
awaitable<Result<std::vector<Chosen>>> find_present(storage::Mail& mail, AccountId account,
                                                    std::vector<MessageId> messages)
{
    std::vector<Chosen> present;
    present.reserve(messages.size());
    for (const auto id : messages) {
        const auto message = co_await mail.find(account, id);
        if (!message && message.error() == storage::Errc::not_found) continue;
        if (!message) co_return message.error();
        present.push_back(choose(*message));
    }
    co_return present;
}

std::vector<MessageId> ids_of(const std::vector<Chosen>& chosen)
{
    std::vector<MessageId> ids;
    ids.reserve(chosen.size());
    for (const auto& one : chosen)
        ids.push_back(one.id);
    return ids;
}

/// Moves those that are there. Errors: not_found: the mailbox is not.
awaitable<Result<std::vector<storage::Copied>>> move_present(storage::Mail& mail, AccountId account,
                                                             std::vector<MessageId> messages, MailboxId to)
{
    for (int tries = 1; !messages.empty(); ++tries) {
        auto moved = co_await mail.move(account, messages, to);
        const bool gone = !moved && moved.error() == storage::Errc::not_found;
        if (!gone || tries == most_tries) co_return moved;
        const auto present = co_await find_present(mail, account, messages);
        if (!present) co_return present.error();
        if (present->size() == messages.size()) co_return moved; // then it is the mailbox
        messages = ids_of(*present);
    }
    co_return std::vector<storage::Copied>{};
}

awaitable<Result<std::size_t>> move_all(storage::Mail& mail, AccountId account, MailboxId to,
                                        std::vector<Chosen> chosen, Undo& undo)
{
    std::erase_if(chosen, [to](const Chosen& one) { return one.mailbox == to; });
    std::unordered_map<std::int64_t, MailboxId> from;
    for (const auto& one : chosen)
        from[std::int64_t(one.id)] = one.mailbox;
    const auto moved = co_await move_present(mail, account, ids_of(chosen), to);
    if (!moved) co_return moved.error();
    for (const auto& one : *moved)
        undo.moved[from[std::int64_t(one.from)]].push_back(one.to.id);
    co_return moved->size();
}

awaitable<Result<std::size_t>> mark_all(storage::Mail& mail, AccountId account, Action action,
                                        std::vector<Chosen> chosen, Undo& undo)
{
    std::unordered_map<std::int64_t, std::uint32_t> before;
    for (const auto& one : chosen)
        before[std::int64_t(one.id)] = one.flags;
    const auto there = co_await mail.set_flags(account, ids_of(chosen), action.add, action.remove);
    if (!there) co_return there.error();
    std::size_t changed = 0;
    for (const auto& one : *there) {
        const auto was = before[std::int64_t(one.id)];
        const auto differ = was ^ one.flags;
        if (differ == 0) continue;
        undo.marked[{was & differ, one.flags & differ}].push_back(one.id);
        ++changed;
    }
    co_return changed;
}

} // namespace

Choice::Choice(storage::Store& store, AccountId account, std::vector<MessageId> messages)
    : store_(store), account_(account), named_(std::move(messages))
{}

Choice::Choice(storage::Store& store, AccountId account, std::optional<MailboxId> mailbox,
               std::optional<storage::SearchNode> query, std::vector<MessageId> except)
    : store_(store),
      account_(account),
      mailbox_(mailbox),
      query_(std::move(query)),
      except_(except.begin(), except.end())
{}

awaitable<Result<std::vector<Chosen>>> Choice::next()
{
    if (!mailbox_ && !query_) {
        auto named = co_await next_named();
        co_return named;
    }
    std::vector<Chosen> chosen;
    while (chosen.empty() && !ended_) {
        Result<std::vector<storage::Listed>> page = std::vector<storage::Listed>{};
        if (query_)
            page = co_await next_found();
        else
            page = co_await next_listed();
        if (!page) co_return page.error();
        for (const auto& message : *page) {
            const bool fits = !except_.contains(message.id) && (!mailbox_ || message.mailbox == *mailbox_);
            if (fits) chosen.push_back(choose(message));
        }
    }
    co_return chosen;
}

awaitable<Result<std::vector<Chosen>>> Choice::next_named()
{
    auto named = std::exchange(named_, {});
    std::ranges::sort(named, std::ranges::greater()); // who came later has the greater id
    named.erase(std::ranges::unique(named).begin(), named.end());
    auto present = co_await find_present(store_.mail(), account_, std::move(named));
    co_return present;
}

awaitable<Result<std::vector<storage::Listed>>> Choice::next_listed()
{
    auto page = co_await store_.mail().list(account_, *mailbox_, before_, 0, most_at_once);
    if (!page) co_return page.error();
    if (page->items.empty())
        ended_ = true;
    else
        before_ = page->items.back().uid;
    co_return std::move(page->items);
}

awaitable<Result<std::vector<storage::Listed>>> Choice::next_found()
{
    auto query = *query_;
    auto found = co_await store_.search().search(account_, std::move(query), after_, most_at_once);
    if (!found) co_return found.error();
    after_ = found->next;
    if (!after_) ended_ = true;
    co_return std::move(found->items);
}

awaitable<Result<std::size_t>> apply(storage::Store& store, AccountId account, Action action,
                                     std::vector<Chosen> chosen, std::chrono::seconds vault, Undo& undo)
{
    std::ranges::reverse(chosen); // they keep their order where they come to
    if (chosen.empty()) co_return std::size_t{0};
    if (action.kind == Action::Kind::move) {
        const auto moved = co_await move_all(store.mail(), account, action.mailbox, std::move(chosen), undo);
        co_return moved;
    }
    if (action.kind == Action::Kind::mark) {
        const auto marked = co_await mark_all(store.mail(), account, action, std::move(chosen), undo);
        co_return marked;
    }
    const auto removed = co_await store.mail().expunge(account, ids_of(chosen));
    if (!removed) co_return removed.error();
    const auto ids = ids_of(chosen);
    if (vault.count() > 0) undo.deleted.insert(undo.deleted.end(), ids.begin(), ids.end());
    co_return ids.size();
}

awaitable<Result<std::size_t>> revert(storage::Store& store, AccountId account, Undo undo)
{
    std::size_t changed = 0;
    for (const auto& [mailbox, messages] : undo.moved) {
        for (std::size_t at = 0; at < messages.size(); at += most_at_once) {
            const auto first = messages.begin() + static_cast<std::ptrdiff_t>(at);
            const auto last =
                messages.begin() + static_cast<std::ptrdiff_t>(std::min(messages.size(), at + most_at_once));
            const std::vector<MessageId> some(first, last);
            const auto moved = co_await move_present(store.mail(), account, some, mailbox);
            if (!moved) co_return moved.error();
            changed += moved->size();
        }
    }
    for (const auto& [flags, messages] : undo.marked) {
        const auto marked = co_await store.mail().set_flags(account, messages, flags.first, flags.second);
        if (!marked) co_return marked.error();
        changed += marked->size();
    }
    for (const auto id : undo.deleted) {
        const std::vector<MessageId> one{id};
        const auto restored = co_await store.vault().restore(account, one);
        if (!restored && restored.error() == storage::Errc::not_found) continue; // let go meanwhile
        if (!restored) co_return restored.error();
        ++changed;
    }
    co_return changed;
}

} // namespace pillarbox::api
