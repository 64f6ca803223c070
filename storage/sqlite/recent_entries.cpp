#include "storage/sqlite/recent_entries.hpp"

#include <utility>

namespace pillarbox::storage::sqlite {

RecentEntries::Entries RecentEntries::find(std::int64_t mailbox, std::uint64_t modseq)
{
    const std::lock_guard lock(mutex_);
    const auto found = by_mailbox_.find(mailbox);
    if (found == by_mailbox_.end() || found->second->modseq != modseq) return nullptr;
    known_.splice(known_.begin(), known_, found->second);
    return found->second->entries;
}

void RecentEntries::remember(std::int64_t mailbox, std::uint64_t modseq, Entries entries)
{
    const std::lock_guard lock(mutex_);
    if (const auto found = by_mailbox_.find(mailbox); found != by_mailbox_.end()) {
        // Two readers may come in another order than their snapshots.
        if (modseq < found->second->modseq) return;
        known_.erase(found->second);
        by_mailbox_.erase(found);
    }
    while (known_.size() >= most_) {
        by_mailbox_.erase(known_.back().mailbox);
        known_.pop_back();
    }
    known_.push_front({.mailbox = mailbox, .modseq = modseq, .entries = std::move(entries)});
    by_mailbox_.emplace(mailbox, known_.begin());
}

} // namespace pillarbox::storage::sqlite
