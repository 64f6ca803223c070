#include "storage/sqlite/access.hpp"

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/found_conversations.hpp"
#include "storage/sqlite/listed.hpp"
#include "storage/sqlite/matching.hpp"
#include "storage/sqlite/walk.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <ranges>
#include <set>
#include <vector>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::size_t most_items = 500;     // of a page
constexpr std::size_t few_places = 10'000;  // found by words: looked up one by one
constexpr std::size_t most_walked = 10'000; // messages, before all are looked at
constexpr int most_behind = 10'000;

/// One search in one snapshot.
class Searching
{
public:
    Searching(Database& database, AccountId account, const SearchNode& query,
              std::optional<SearchCursor> after, std::size_t limit, Rows rows, Order order)
        : database_(database),
          account_(account),
          matching_(database, account, query),
          conversations_(database, account, matching_),
          after_(after),
          limit_(std::clamp<std::size_t>(limit, 1, most_items)),
          gathers_(rows == Rows::conversations),
          order_(order)
    {}

    Found run()
    {
        look();
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
            found.more = hits_ > most_counted || left_;
        }
        if (matching_.plan().asks_index()) found.behind = count_behind();
        return found;
    }

private:
    struct Row
    {
        SearchCursor hit; // the newest of its conversation, or alone
        FoundConversation conversation{};
    };

    bool comes_after(const SearchCursor& hit) const
    {
        return !after_ || (order_ == Order::newest_first ? hit < *after_ : hit > *after_);
    }

    bool page_full() const { return rows_.size() > limit_; }

    bool enough() const { return page_full() && (after_ || hits_ > most_counted); }

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

    /// Unless another message stands for it, on this page or another.
    bool is_shown_here(const SearchCursor& hit, const FoundConversation& conversation)
    {
        conversations_.note_found(hit.message);
        const bool newer_was_seen = order_ == Order::newest_first && !after_; // if there is one
        if (!newer_was_seen && conversations_.has_newer(conversation, hit)) return false;
        return seen_.insert(conversation).second;
    }

    /// Of few that have the words each is looked up. Of many a page is met soon
    /// on the way through the messages in the list's order. Where it is not, all
    /// are looked at as they lie, which is quicker than to go on in that order.
    void look()
    {
        auto* words = matching_.words();
        if (words && words->at_most(few_places)) {
            look_at(words->all());
            return;
        }
        matching_.expect_many();
        if (walk()) return;
        rows_.clear();
        seen_.clear();
        hits_ = counted_ = 0;
        if (words && !matching_.plan().asks_rows())
            look_at(words->all());
        else
            look_at_all();
    }

    /// Goes through the messages in the list's order until there are enough.
    /// False when it would take long to come to a page of them. A page is not
    /// kept waiting for more to be counted.
    bool walk()
    {
        Walk messages(database_, mailboxes(), order_,
                      after_ ? std::optional(after_->received) : std::nullopt);
        for (std::size_t walked = 0; !enough(); ++walked) {
            const auto row = messages.next();
            if (!row) return true;
            left_ = walked >= most_walked;
            if (left_) return page_full();
            const SearchCursor hit{row->received, row->message};
            if (comes_after(hit) && matching_.finds(*row))
                take(hit, gathers_ ? std::optional(conversations_.of(*row)) : std::nullopt);
        }
        return true;
    }

    /// Those in which something can be found.
    std::vector<std::int64_t> mailboxes() const
    {
        std::vector<std::int64_t> mailboxes;
        for (const auto& mailbox : matching_.mailboxes())
            if (may_be_in(matching_.plan().rows, mailbox.id)) mailboxes.push_back(mailbox.id);
        return mailboxes;
    }

    /// At the account's messages that have the bodies at these places.
    void look_at(const std::vector<std::int64_t>& places)
    {
        std::vector<SearchCursor> hits;
        for (const auto place : places) {
            // In this order, whatever the tables' statistics say.
            Query copy(database_,
                       "SELECT m.msg, m.mailbox, m.uid, m.flags, m.size, m.received FROM idx.doc "
                       "CROSS JOIN msg CROSS JOIN message m WHERE doc.id = ?1 AND msg.body = doc.body AND "
                       "msg.account = ?2 AND m.mailbox = msg.mailbox AND m.uid = msg.uid AND m.msg = msg.id",
                       place, account_);
            while (copy.step()) {
                const MessageRow row{.message = copy.integer(0),
                                     .mailbox = copy.integer(1),
                                     .uid = copy.as<std::uint32_t>(2),
                                     .flags = copy.as<std::uint32_t>(3),
                                     .size = copy.as<std::uint64_t>(4),
                                     .received = copy.as<Time>(5)};
                const SearchCursor hit{row.received, row.message};
                if (comes_after(hit) && matching_.row_holds(row, place)) hits.push_back(hit);
            }
        }
        take_first(std::move(hits));
    }

    /// At all messages, as they lie.
    void look_at_all()
    {
        std::vector<SearchCursor> hits;
        for (const auto mailbox : mailboxes()) {
            Query next(database_, "SELECT msg, flags, size, received FROM message WHERE mailbox = ?",
                       mailbox);
            while (next.step()) {
                const MessageRow row{.message = next.integer(0),
                                     .mailbox = mailbox,
                                     .flags = next.as<std::uint32_t>(1),
                                     .size = next.as<std::uint64_t>(2),
                                     .received = next.as<Time>(3)};
                const SearchCursor hit{row.received, row.message};
                if (comes_after(hit) && matching_.finds(row)) hits.push_back(hit);
            }
        }
        take_first(std::move(hits));
    }

    /// As many as it takes; only those are put in order.
    void take_first(std::vector<SearchCursor> hits)
    {
        left_ = false;
        auto piece = static_cast<std::ptrdiff_t>(after_ ? limit_ + 1
                                                        : std::max<std::size_t>(limit_, most_counted) + 1);
        for (auto next = hits.begin(); next != hits.end() && !enough(); piece *= 4) {
            const auto end = next + std::min(piece, hits.end() - next);
            if (order_ == Order::newest_first)
                std::ranges::partial_sort(next, end, hits.end(), std::greater());
            else
                std::ranges::partial_sort(next, end, hits.end());
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
    const Order order_;
    std::vector<Row> rows_;
    std::set<FoundConversation> seen_;
    std::size_t hits_ = 0;
    std::size_t counted_ = 0; // rows of the first most_counted
    bool left_ = false;       // messages were not looked at for the count
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
                                              std::optional<SearchCursor> after, std::size_t limit, Rows rows,
                                              Order order)
{
    auto work = [=, query = std::move(query)](Database& database) -> Result<Found> {
        return Searching(database, account, query, after, limit, rows, order).run();
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
