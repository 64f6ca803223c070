#include "storage/sqlite/access.hpp"
#include "storage/sqlite/core.hpp"
#include "storage/sqlite/index_rows.hpp"
#include "storage/sqlite/links.hpp"
#include "storage/sqlite/listed.hpp"

#include <algorithm>
#include <deque>
#include <set>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::size_t longest_thread = 500;
constexpr std::size_t most_links = 4000; // message ids that are followed
constexpr int most_linked = 1000;        // messages by one of them
constexpr int most_late = 1000;          // messages that are not indexed yet

/// A message that is not indexed yet. Its row has two of its links: its own id,
/// and the first message that it answers.
struct Late
{
    MessageId id{};
    std::vector<std::int64_t> links;
};

std::vector<std::int64_t> links_in_row(std::string_view message_id, std::string_view thread_key)
{
    std::vector<std::int64_t> links;
    for (const auto id : {message_id, thread_key})
        if (!id.empty()) links.push_back(link_to(id));
    return links;
}

/// Goes from message to message by the ids they have and name.
class Conversation
{
public:
    Conversation(Database& database, AccountId account) : database_(database), account_(account) {}

    std::vector<Listed> with(const Listed& first)
    {
        std::vector<Listed> messages;
        messages.push_back(first);
        added_.insert(first.id);
        if (const auto place = place_of_message(first.id))
            visit(*place);
        else
            note(links_in_row(first.summary.message_id, first.summary.thread_key));
        follow_all();
        std::vector<MessageId> lately;
        for (const auto& late : late_messages()) { // answers come behind what they answer
            if (std::ranges::none_of(late.links, [this](auto link) { return seen_.contains(link); }))
                continue;
            lately.push_back(late.id);
            note(late.links);
            follow_all();
        }
        for (const auto place : places_)
            add_copies(place, messages);
        for (const auto id : lately)
            add(id, messages);
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
        if (!row.step()) return std::nullopt; // not indexed yet
        return row.integer(0);
    }

    void visit(std::int64_t place)
    {
        if (places_.size() >= longest_thread || !places_.insert(place).second) return;
        Query row(database_, "SELECT links FROM idx.doc WHERE id = ?", place);
        if (!row.step()) return;
        note(read_links(row.text(0)));
    }

    void note(const std::vector<std::int64_t>& links)
    {
        for (const auto link : links) {
            if (seen_.size() < most_links && seen_.insert(link).second) links_.push_back(link);
        }
    }

    void follow_all()
    {
        while (!links_.empty() && places_.size() < longest_thread) {
            const auto link = links_.front();
            links_.pop_front();
            follow(link);
        }
    }

    std::vector<Late> late_messages()
    {
        std::vector<Late> late;
        Query row(database_,
                  "SELECT m.id, body.message_id, body.thread_key FROM (SELECT id, account, body FROM msg "
                  "WHERE id > (SELECT cursor FROM idx.state) ORDER BY id LIMIT ?) AS m "
                  "CROSS JOIN body WHERE m.account = ? AND body.id = m.body",
                  most_late, account_);
        while (row.step())
            late.push_back({row.as<MessageId>(0), links_in_row(row.text(1), row.text(2))});
        return late;
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
        for (const auto copy : copies)
            add(copy, messages);
    }

    /// Once, and only what is in a mailbox.
    void add(MessageId id, std::vector<Listed>& messages)
    {
        if (messages.size() >= longest_thread || !added_.insert(id).second) return;
        auto listed = find_listed(database_, account_, id);
        if (listed) messages.push_back(std::move(*listed));
    }

    Database& database_;
    AccountId account_;
    std::set<std::int64_t> places_;
    std::set<std::int64_t> seen_; // links
    std::set<MessageId> added_;
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
