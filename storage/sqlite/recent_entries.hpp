#pragma once

#include "storage/mail.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace pillarbox::storage::sqlite {

/// The entries of maildrops that were opened lately, for who polls them again
/// before anything has happened: an account's change counter says whether it has.
/// Any thread may call it.
class RecentEntries
{
public:
    using Entries = std::shared_ptr<const std::vector<MaildropEntry>>;

    /// Those of the maildrop that was not asked for longest go for one more than `most`.
    explicit RecentEntries(std::size_t most = 512) : most_(most) {}

    /// Those of `mailbox` when its account's change counter was `modseq`; null, if not known.
    Entries find(std::int64_t mailbox, std::uint64_t modseq);

    void remember(std::int64_t mailbox, std::uint64_t modseq, Entries entries);

private:
    struct Known
    {
        std::int64_t mailbox;
        std::uint64_t modseq;
        Entries entries;
    };

    const std::size_t most_;
    std::mutex mutex_;
    std::list<Known> known_; // that which was asked for last in front
    std::unordered_map<std::int64_t, std::list<Known>::iterator> by_mailbox_;
};

} // namespace pillarbox::storage::sqlite
