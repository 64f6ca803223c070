#include "storage/sqlite/access.hpp"

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/found_conversations.hpp"
#include "storage/sqlite/listed.hpp"
#include "storage/sqlite/matching.hpp"

#include <algorithm>
#include <optional>
#include <ranges>
#include <set>
#include <vector>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::size_t most_items = 500;     // of a page
constexpr std::size_t most_examined = 4000; // found by words, before another way is taken
constexpr int most_behind = 10'000;

/// One search in one snapshot. What is found is ordered by its place in the
/// index where words are asked for, else by when it was received; then by the
/// message's number. Both the newest first.
class Searching
{
public:
    Searching(Database& database, AccountId account, const SearchNode& query,
              std::optional<SearchCursor> after, std::size_t limit, Rows rows)
        : database_(database),
          account_(account),
          matching_(database, account, query),
          conversations_(database, account, matching_),
          after_(after),
          limit_(std::clamp<std::size_t>(limit, 1, most_items)),
          gathers_(rows == Rows::conversations)
    {}

    Found run()
    {
        const auto& plan = matching_.plan();
        if (plan.match.empty() || !follow_words()) look_at_rows();
        Found found;
        for (const auto& row : rows_ | std::views::take(limit_)) {
            auto listed = find_listed(database_, account_, MessageId{row.hit.message});
            if (!listed) continue;
            if (gathers_) found.conversations.push_back(conversations_.gather(row.conversation, *listed));
            found.items.push_back(std::move(*listed));
        }
        if (rows_.size() > limit_) found.next = rows_[limit_ - 1].hit;
        if (!after_) {
            found.total = static_cast<std::uint32_t>(std::max(counted_, found.items.size()));
            found.more = hits_ > most_counted;
        }
        if (plan.asks_index()) found.behind = count_behind();
        return found;
    }

private:
    struct Row
    {
        SearchCursor hit; // the first of its conversation, or alone
        FoundConversation conversation{};
    };

    bool comes_after(const SearchCursor& hit) const
    {
        return !after_ || hit.place < after_->place ||
               (hit.place == after_->place && hit.message < after_->message);
    }

    bool enough() const { return rows_.size() > limit_ && (after_ || hits_ > most_counted); }

    /// Takes what was found, in its order, into the conversation that has it.
    void take(const SearchCursor& hit, const std::optional<FoundConversation>& conversation)
    {
        ++hits_;
        if (!conversation)
            rows_.push_back({.hit = hit});
        else if (is_shown_here(hit, *conversation))
            rows_.push_back({.hit = hit, .conversation = *conversation});
        if (hits_ <= most_counted) counted_ = rows_.size();
    }

    /// Unless it has a row already, on this page or before.
    bool is_shown_here(const SearchCursor& hit, const FoundConversation& conversation)
    {
        conversations_.note_found(hit.message);
        if (!seen_.insert(conversation).second) return false;
        return !after_ || !conversations_.comes_before(conversation, hit);
    }

    void begin_anew()
    {
        rows_.clear();
        seen_.clear();
        hits_ = counted_ = 0;
    }

    /// Goes through what the words find, newest first. False when so little of
    /// it is in a mailbox, or as wanted, or of another conversation, that to go
    /// on would take long.
    bool follow_words()
    {
        std::size_t examined = 0;
        Query place(database_,
                    "SELECT rowid FROM idx.entry WHERE entry MATCH ? AND rowid <= ? ORDER BY rowid DESC",
                    matching_.plan().match, after_ ? after_->place : INT64_MAX);
        while (!enough() && place.step()) {
            if (++examined > most_examined && rows_.size() <= limit_) {
                begin_anew();
                return false;
            }
            take_copies(place.integer(0));
        }
        return true;
    }

    /// The account's messages that have this body.
    void take_copies(std::int64_t place)
    {
        // In this order, whatever the tables' statistics say.
        Query copy(database_,
                   "SELECT m.msg, m.mailbox, m.uid, m.flags, m.size, m.received FROM idx.doc "
                   "CROSS JOIN msg CROSS JOIN message m WHERE doc.id = ?1 AND msg.body = doc.body AND "
                   "msg.account = ?2 AND m.mailbox = msg.mailbox AND m.uid = msg.uid AND m.msg = msg.id "
                   "ORDER BY m.msg DESC",
                   place, account_);
        while (copy.step()) {
            const MessageRow row{.message = copy.integer(0),
                                 .mailbox = copy.integer(1),
                                 .uid = copy.as<std::uint32_t>(2),
                                 .flags = copy.as<std::uint32_t>(3),
                                 .size = copy.as<std::uint64_t>(4),
                                 .received = copy.as<Time>(5)};
            const SearchCursor hit{place, row.message};
            if (!comes_after(hit) || !matching_.row_holds(row, place)) continue;
            take(hit, gathers_ ? std::optional(conversations_.of(row)) : std::nullopt);
        }
    }

    /// Goes through the account's messages and keeps those that the words find.
    void look_at_rows()
    {
        if (!matching_.expect_all()) return;
        std::vector<SearchCursor> hits;
        for (const auto& mailbox : matching_.mailboxes()) {
            if (!may_be_in(matching_.plan().rows, mailbox.id)) continue;
            Query next(database_, "SELECT msg, flags, size, received FROM message WHERE mailbox = ?",
                       mailbox.id);
            while (next.step()) {
                const MessageRow row{.message = next.integer(0),
                                     .mailbox = mailbox.id,
                                     .flags = next.as<std::uint32_t>(1),
                                     .size = next.as<std::uint64_t>(2),
                                     .received = next.as<Time>(3)};
                const auto place = matching_.find(row);
                if (!place) continue;
                const SearchCursor hit{*place, row.message};
                if (comes_after(hit)) hits.push_back(hit);
            }
        }
        take_newest(std::move(hits));
    }

    /// As many as it takes; only those are put in order.
    void take_newest(std::vector<SearchCursor> hits)
    {
        auto piece = static_cast<std::ptrdiff_t>(after_ ? limit_ + 1
                                                        : std::max<std::size_t>(limit_, most_counted) + 1);
        for (auto next = hits.begin(); next != hits.end() && !enough(); piece *= 4) {
            const auto end = next + std::min(piece, hits.end() - next);
            std::ranges::partial_sort(
                next, end, hits.end(), [](const SearchCursor& a, const SearchCursor& b) {
                    return std::pair(a.place, a.message) > std::pair(b.place, b.message);
                });
            for (; next != end && !enough(); ++next)
                take(*next, gathers_ ? conversations_.of(MessageId{next->message}) : std::nullopt);
        }
    }

    std::uint32_t count_behind()
    {
        Query row(database_,
                  "SELECT count(*) FROM (SELECT account FROM msg WHERE id > (SELECT cursor FROM idx.state) "
                  "ORDER BY id LIMIT ?) WHERE account = ?",
                  most_behind, account_);
        row.step();
        return row.as<std::uint32_t>(0);
    }

    Database& database_;
    const AccountId account_;
    Matching matching_;
    FoundConversations conversations_;
    const std::optional<SearchCursor> after_;
    const std::size_t limit_;
    const bool gathers_; // rows are conversations
    std::vector<Row> rows_;
    std::set<FoundConversation> seen_;
    std::size_t hits_ = 0;
    std::size_t counted_ = 0; // rows of the first most_counted
};

std::vector<MessageId> gather_found(Database& database, AccountId account, const SearchNode& query,
                                    const std::vector<MessageId>& messages, std::size_t most)
{
    Matching matching(database, account, query);
    FoundConversations conversations(database, account, matching);
    std::vector<MessageId> gathered;
    std::set<MessageId> taken;
    std::set<FoundConversation> seen;
    const auto take = [&](MessageId message) {
        if (gathered.size() < most && taken.insert(message).second) gathered.push_back(message);
    };
    for (const auto message : messages) {
        const auto conversation = conversations.of(message);
        if (!conversation) continue;
        take(message);
        if (gathered.size() >= most || !seen.insert(*conversation).second) continue;
        std::ranges::for_each(conversations.messages(*conversation, most), take);
    }
    return gathered;
}

} // namespace

awaitable<Result<Found>> SqliteSearch::search(AccountId account, SearchNode query,
                                              std::optional<SearchCursor> after, std::size_t limit, Rows rows)
{
    auto work = [=, query = std::move(query)](Database& database) -> Result<Found> {
        return Searching(database, account, query, after, limit, rows).run();
    };
    return submit(*core_.search_readers, std::move(work));
}

awaitable<Result<std::vector<MessageId>>>
SqliteSearch::gather(AccountId account, SearchNode query, std::vector<MessageId> messages, std::size_t most)
{
    auto work = [=, query = std::move(query),
                 messages = std::move(messages)](Database& database) -> Result<std::vector<MessageId>> {
        return gather_found(database, account, query, messages, most);
    };
    return submit(*core_.search_readers, std::move(work));
}

} // namespace pillarbox::storage::sqlite
