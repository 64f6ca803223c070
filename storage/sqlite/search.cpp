#include "storage/sqlite/access.hpp"

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/listed.hpp"
#include "storage/sqlite/search_plan.hpp"

#include <algorithm>
#include <ranges>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::size_t most_items = 500;     // of a page
constexpr std::size_t most_examined = 4000; // found by words, before another way is taken
constexpr int most_behind = 10'000;

std::vector<NamedMailbox> mailboxes_of(Database& database, AccountId account)
{
    std::vector<NamedMailbox> mailboxes;
    Query row(database, "SELECT id, role, name FROM mailbox WHERE account = ?", account);
    while (row.step())
        mailboxes.push_back({row.integer(0), row.as<MailboxRole>(1), row.as<std::string>(2)});
    return mailboxes;
}

/// Places in the index of what an expression finds, ascending.
std::vector<std::int64_t> places_of(Database& database, const std::string& match)
{
    std::vector<std::int64_t> places;
    Query row(database, "SELECT rowid FROM idx.entry WHERE entry MATCH ? ORDER BY rowid", match);
    while (row.step())
        places.push_back(row.integer(0));
    return places;
}

bool contains(const std::vector<std::int64_t>& sorted, std::int64_t value)
{
    return std::ranges::binary_search(sorted, value);
}

/// One search in one snapshot. What is found is ordered by its place in the
/// index where words are asked for, else by when it was received; then by the
/// message's number. Both the newest first.
class Searching
{
public:
    Searching(Database& database, AccountId account, const SearchNode& query,
              std::optional<SearchCursor> after, std::size_t limit)
        : database_(database),
          account_(account),
          mailboxes_(mailboxes_of(database, account)),
          plan_(plan_search(query, account, mailboxes_)),
          after_(after),
          limit_(std::clamp<std::size_t>(limit, 1, most_items)),
          most_(after ? limit_ + 1 : std::max<std::size_t>(limit_, most_counted) + 1)
    {}

    Found run()
    {
        for (const auto& set : plan_.sets)
            sets_.push_back(places_of(database_, set));
        if (plan_.match.empty() || !follow_words()) look_at_rows();
        Found found;
        for (const auto& hit : hits_ | std::views::take(limit_)) {
            auto listed = find_listed(database_, account_, MessageId{hit.message});
            if (listed) found.items.push_back(std::move(*listed));
        }
        if (hits_.size() > limit_) found.next = hits_[limit_ - 1];
        if (!after_) {
            found.total = static_cast<std::uint32_t>(std::min<std::size_t>(hits_.size(), most_counted));
            found.more = hits_.size() > most_counted;
        }
        if (plan_.asks_index()) found.behind = count_behind();
        return found;
    }

private:
    bool comes_after(const SearchCursor& hit) const
    {
        return !after_ || hit.place < after_->place ||
               (hit.place == after_->place && hit.message < after_->message);
    }

    bool row_holds(const MessageRow& row, std::int64_t key) const
    {
        const auto in_set = [&](std::size_t set) {
            return contains(sets_[set], key) ? Truth::yes : Truth::no;
        };
        return holds(plan_.rows, row, in_set) == Truth::yes;
    }

    /// Goes through what the words find, newest first. False when so little of
    /// it is in a mailbox, or as wanted, that to go on would take long.
    bool follow_words()
    {
        std::size_t examined = 0;
        Query place(database_,
                    "SELECT rowid FROM idx.entry WHERE entry MATCH ? AND rowid <= ? ORDER BY rowid DESC",
                    plan_.match, after_ ? after_->place : INT64_MAX);
        while (hits_.size() < most_ && place.step()) {
            if (++examined > most_examined && hits_.size() < limit_) {
                hits_.clear();
                return false;
            }
            add_copies(place.integer(0));
        }
        return true;
    }

    /// The account's messages that have this body.
    void add_copies(std::int64_t place)
    {
        // In this order, whatever the tables' statistics say.
        Query copy(database_,
                   "SELECT m.msg, m.mailbox, m.flags, m.size, m.received FROM idx.doc "
                   "CROSS JOIN msg CROSS JOIN message m WHERE doc.id = ?1 AND msg.body = doc.body AND "
                   "msg.account = ?2 AND m.mailbox = msg.mailbox AND m.uid = msg.uid AND m.msg = msg.id "
                   "ORDER BY m.msg DESC",
                   place, account_);
        while (copy.step()) {
            const MessageRow row{.message = copy.integer(0),
                                 .mailbox = copy.integer(1),
                                 .flags = copy.as<std::uint32_t>(2),
                                 .size = copy.as<std::uint64_t>(3),
                                 .received = copy.as<Time>(4)};
            const SearchCursor hit{place, row.message};
            if (comes_after(hit) && row_holds(row, place)) hits_.push_back(hit);
        }
    }

    /// Goes through the account's messages and keeps those that the words find.
    void look_at_rows()
    {
        auto wanted = plan_.match.empty() ? std::vector<std::int64_t>() : places_of(database_, plan_.match);
        if (!plan_.match.empty() && wanted.empty()) return;
        std::size_t places = wanted.size();
        for (const auto& set : sets_)
            places += set.size();
        // Few are looked up now, so that not every message has to be.
        const bool by_message = places <= most_examined;
        if (by_message) {
            wanted = messages_at(wanted);
            for (auto& set : sets_)
                set = messages_at(set);
        }
        const auto unknown = [](std::size_t) { return Truth::unknown; };
        for (const auto& mailbox : mailboxes_) {
            if (!may_be_in(plan_.rows, mailbox.id)) continue;
            Query next(database_, "SELECT msg, flags, size, received FROM message WHERE mailbox = ?",
                       mailbox.id);
            while (next.step()) {
                const MessageRow row{.message = next.integer(0),
                                     .mailbox = mailbox.id,
                                     .flags = next.as<std::uint32_t>(1),
                                     .size = next.as<std::uint64_t>(2),
                                     .received = next.as<Time>(3)};
                if (holds(plan_.rows, row, unknown) != Truth::no) consider(row, wanted, by_message);
            }
        }
        const auto newest = std::min(most_, hits_.size());
        std::ranges::partial_sort(hits_, hits_.begin() + static_cast<std::ptrdiff_t>(newest),
                                  [](const SearchCursor& a, const SearchCursor& b) {
                                      return std::pair(a.place, a.message) > std::pair(b.place, b.message);
                                  });
        hits_.resize(newest);
    }

    /// The account's messages at these places of the index, ascending.
    std::vector<std::int64_t> messages_at(const std::vector<std::int64_t>& places)
    {
        std::vector<std::int64_t> messages;
        for (const auto place : places) {
            Query row(database_,
                      "SELECT msg.id FROM idx.doc CROSS JOIN msg WHERE doc.id = ? AND msg.body = doc.body "
                      "AND msg.account = ?",
                      place, account_);
            while (row.step())
                messages.push_back(row.integer(0));
        }
        std::ranges::sort(messages);
        return messages;
    }

    /// `wanted` and the sets are of messages, or of places.
    void consider(const MessageRow& row, const std::vector<std::int64_t>& wanted, bool by_message)
    {
        const auto fits = [&](std::int64_t key) {
            return (plan_.match.empty() || contains(wanted, key)) && row_holds(row, key);
        };
        SearchCursor hit{row.received.time_since_epoch().count(), row.message};
        if (plan_.asks_index()) {
            if (by_message && !fits(row.message)) return;
            Query place(database_,
                        "SELECT doc.id FROM msg CROSS JOIN idx.doc WHERE msg.id = ? AND doc.body = msg.body",
                        row.message);
            if (!place.step()) return; // its words are not known yet
            hit.place = place.integer(0);
            if (!by_message && !fits(hit.place)) return;
        }
        if (comes_after(hit)) hits_.push_back(hit);
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
    const std::vector<NamedMailbox> mailboxes_;
    const SearchPlan plan_;
    const std::optional<SearchCursor> after_;
    const std::size_t limit_;
    const std::size_t most_;                      // hits that are looked for
    std::vector<std::vector<std::int64_t>> sets_; // of places in the index, or of messages
    std::vector<SearchCursor> hits_;
};

} // namespace

awaitable<Result<Found>> SqliteSearch::search(AccountId account, SearchNode query,
                                              std::optional<SearchCursor> after, std::size_t limit)
{
    auto work = [=, query = std::move(query)](Database& database) -> Result<Found> {
        return Searching(database, account, query, after, limit).run();
    };
    return submit(*core_.search_readers, std::move(work));
}

} // namespace pillarbox::storage::sqlite
