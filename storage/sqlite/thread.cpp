#include "storage/sqlite/access.hpp"
#include "storage/sqlite/core.hpp"
#include "storage/sqlite/index_rows.hpp"
#include "storage/sqlite/listed.hpp"

#include <algorithm>
#include <deque>
#include <set>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::size_t most_messages = 500;
constexpr std::size_t most_links = 4000; // message ids that are followed
constexpr int most_linked = 1000;        // messages by one of them

/// Goes from message to message by the ids they have and name.
class Conversation
{
public:
    Conversation(Database& database, AccountId account) : database_(database), account_(account) {}

    std::vector<Listed> with(const Listed& first)
    {
        std::vector<Listed> messages;
        messages.push_back(first);
        if (const auto place = place_of_message(first.id)) {
            visit(*place);
            while (!links_.empty() && places_.size() < most_messages) {
                const auto link = links_.front();
                links_.pop_front();
                follow(link);
            }
        }
        for (const auto place : places_)
            add_copies(place, messages);
        std::ranges::sort(messages, [](const Listed& a, const Listed& b) {
            return std::pair(a.received, a.id) < std::pair(b.received, b.id);
        });
        return messages;
    }

private:
    std::optional<std::int64_t> place_of_message(MessageId message)
    {
        Query row(database_,
                  "SELECT doc.id FROM msg CROSS JOIN idx.doc WHERE msg.id = ? AND doc.body = msg.body",
                  message);
        if (!row.step()) return std::nullopt; // not indexed yet: alone so far
        return row.integer(0);
    }

    void visit(std::int64_t place)
    {
        if (places_.size() >= most_messages || !places_.insert(place).second) return;
        Query row(database_, "SELECT links FROM idx.doc WHERE id = ?", place);
        if (!row.step()) return;
        for (const auto link : read_links(row.text(0))) {
            if (seen_.size() < most_links && seen_.insert(link).second) links_.push_back(link);
        }
    }

    void follow(std::int64_t link)
    {
        std::vector<std::int64_t> linked;
        {
            Query row(database_,
                      "SELECT doc FROM idx.link WHERE account = ? AND hash = ? ORDER BY doc DESC LIMIT ?",
                      account_, link, most_linked);
            while (row.step())
                linked.push_back(row.integer(0));
        }
        std::ranges::for_each(linked, [this](auto place) { visit(place); });
    }

    void add_copies(std::int64_t place, std::vector<Listed>& messages)
    {
        std::vector<MessageId> copies;
        {
            Query row(
                database_,
                "SELECT msg.id FROM idx.doc CROSS JOIN msg WHERE doc.id = ? AND msg.body = doc.body AND "
                "msg.account = ?",
                place, account_);
            while (row.step())
                copies.push_back(row.as<MessageId>(0));
        }
        for (const auto copy : copies) {
            if (messages.size() >= most_messages) return;
            if (copy == messages.front().id) continue;
            auto listed = find_listed(database_, account_, copy);
            if (listed) messages.push_back(std::move(*listed)); // others are in no mailbox any more
        }
    }

    Database& database_;
    AccountId account_;
    std::set<std::int64_t> places_;
    std::set<std::int64_t> seen_; // links
    std::deque<std::int64_t> links_;
};

} // namespace

awaitable<Result<std::vector<Listed>>> SqliteSearch::thread(AccountId account, MessageId message)
{
    auto work = [=](Database& database) -> Result<std::vector<Listed>> {
        const auto first = find_listed(database, account, message);
        if (!first) return first.error();
        return Conversation(database, account).with(*first);
    };
    return submit(*core_.search_readers, std::move(work));
}

} // namespace pillarbox::storage::sqlite
