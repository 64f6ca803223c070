#pragma once

#include "storage/search.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/sqlite/matching.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace pillarbox::storage::sqlite {

/// A conversation as a search shows it: its messages in whatever mailboxes. What
/// was thrown away, or is junk, is apart, or what is done to the rest would be
/// done to it too; and each draft is for itself.
struct FoundConversation
{
    std::int64_t thread = 0; // below zero: of one message
    std::int64_t aside = 0;  // the mailbox, where it is apart

    auto operator<=>(const FoundConversation&) const = default;
};

/// The conversations of what a search finds, in one snapshot. They are looked
/// at one by one, where they come by: no page needs those before it.
class FoundConversations
{
public:
    FoundConversations(Database& database, AccountId account, Matching& matching)
        : database_(database), account_(account), matching_(matching)
    {}

    /// The conversation that a message of the account is in.
    FoundConversation of(const MessageRow& row);

    /// The same; none when it has gone.
    std::optional<FoundConversation> of(MessageId message);

    /// The search has come to this message of it, and need not ask again.
    void note_found(std::int64_t message) { known_[message] = true; }

    /// Whether a message of it was found that was received later than `hit`.
    bool has_newer(const FoundConversation& conversation, const SearchCursor& hit);

    /// What a row shows of it that stands for `shown`.
    Gathered gather(const FoundConversation& conversation, const Listed& shown);

    /// Its messages that were found, at most so many, the newest first.
    std::vector<MessageId> messages(const FoundConversation& conversation, std::size_t most);

private:
    struct Member
    {
        MessageRow row;
        bool attachments = false;
    };

    std::optional<SearchCursor> find_newest(const FoundConversation& conversation);
    std::vector<Member> members(const FoundConversation& conversation, std::size_t most);
    bool found(const MessageRow& row);

    Database& database_;
    const AccountId account_;
    Matching& matching_;
    std::unordered_map<std::int64_t, bool> known_; // messages, and whether the query finds them
    std::map<FoundConversation, std::optional<SearchCursor>> newest_; // found of those that were asked for
};

} // namespace pillarbox::storage::sqlite
