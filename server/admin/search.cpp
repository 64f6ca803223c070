#include "server/admin/actions.hpp"
#include "server/admin/address.hpp"
#include "server/admin/mail_list.hpp"
#include "server/admin/table.hpp"
#include "server/admin/tool.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <chrono>

namespace pillarbox::admin {

namespace {

[[noreturn]] void refuse(const boost::system::error_code& error)
{
    if (error == storage::Errc::unavailable)
        throw Failed("there is no search index; the server makes it when it runs");
    if (error == storage::Errc::timed_out) throw Failed("the search took too long; say more of what it is");
    throw Failed(error.message());
}

std::string joined(const std::vector<std::string>& words)
{
    std::string text;
    for (const auto& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

storage::SearchNode parse(const std::string& text)
{
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto query = storage::parse_search(text, now);
    if (query) return std::move(*query);
    const auto& mistake = query.error();
    throw Failed(fmt::format("{}\n  {}\n  {:>{}}", mistake.sentence, text, "^", mistake.offset + 1));
}

std::string table_of(const std::vector<storage::Listed>& messages, const MailboxNames& names)
{
    Table table({"id", "mailbox", "received", "from", "subject"});
    for (const auto& one : messages)
        table.add({std::uint64_t(one.id), names.at(one.mailbox),
                   format_time(one.received.time_since_epoch().count()), sender(one.summary),
                   one.summary.subject});
    return table.text();
}

boost::json::array json_of(const std::vector<storage::Listed>& messages, const MailboxNames& names)
{
    boost::json::array array;
    for (const auto& one : messages)
        array.push_back({{"id", std::uint64_t(one.id)},
                         {"mailbox", names.at(one.mailbox)},
                         {"uid", one.uid},
                         {"size", one.size},
                         {"received", format_time(one.received.time_since_epoch().count())},
                         {"fromName", one.summary.sender_name},
                         {"fromAddress", one.summary.sender_address},
                         {"subject", one.summary.subject},
                         {"attachments", one.summary.attachments}});
    return array;
}

void show_thread(const Context& context, Tool& tool, storage::AccountId account, std::int64_t message)
{
    const auto thread = tool.wait(tool.store().search().thread(account, storage::MessageId{message}));
    if (thread.has_error() && thread.error() == storage::Errc::not_found)
        throw Failed(fmt::format("the account has no message {}; a search shows their numbers", message));
    if (!thread) refuse(thread.error());
    const auto names = mailbox_names(tool, account);
    if (context.json)
        fmt::print("{}\n", boost::json::serialize(boost::json::object{{"items", json_of(*thread, names)}}));
    else
        fmt::print("{}", table_of(*thread, names));
}

void show_found(const Context& context, Tool& tool, storage::AccountId account, const SearchChoice& choice)
{
    auto query = parse(joined(choice.words));
    const auto found =
        tool.wait(tool.store().search().search(account, std::move(query), std::nullopt, choice.limit));
    if (!found) refuse(found.error());
    const auto names = mailbox_names(tool, account);
    if (context.json) {
        const boost::json::object object{{"items", json_of(found->items, names)},
                                         {"total", found->total},
                                         {"more", found->more},
                                         {"behind", found->behind}};
        fmt::print("{}\n", boost::json::serialize(object));
        return;
    }
    fmt::print("{}", table_of(found->items, names));
    fmt::print(stderr, "{} of {}{} found\n", found->items.size(), found->more ? "more than " : "",
               found->total);
    if (found->behind > 0)
        fmt::print(stderr, "{} messages are not indexed yet; search again in a moment\n", found->behind);
}

} // namespace

void search(const Context& context, const SearchChoice& choice)
{
    const auto address = parse_address(choice.address);
    if (choice.words.empty() && choice.thread == 0) throw Failed("say what to search for");
    Tool tool(context.config);
    const auto account = account_of(tool, address);
    if (choice.thread != 0) return show_thread(context, tool, account, choice.thread);
    show_found(context, tool, account, choice);
}

} // namespace pillarbox::admin
