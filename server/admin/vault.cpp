#include "server/admin/actions.hpp"
#include "server/admin/address.hpp"
#include "server/admin/mail_list.hpp"
#include "server/admin/table.hpp"
#include "server/admin/tool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace pillarbox::admin {
namespace {

constexpr std::size_t at_once = 500; // messages in one transaction

using Ids = std::vector<storage::MessageId>;

/// Hands everything in the account's vault to `take`, what was deleted last first.
template <class Take>
void read_vault(Tool& tool, storage::AccountId account, Take take)
{
    std::optional<storage::VaultCursor> after;
    while (true) {
        const auto page = tool.wait(tool.store().vault().list(account, after, at_once));
        if (!page) throw Failed(page.error().message());
        if (page->empty()) return;
        for (const auto& kept : *page)
            take(kept);
        after = {.until = page->back().until, .message = page->back().message.id};
    }
}

/// Those chosen, what was deleted first first.
Ids chosen(Tool& tool, storage::AccountId account, const VaultChoice& choice)
{
    if (choice.all != choice.messages.empty())
        throw Failed("say which messages, by the numbers of 'pillarbox vault list', or --all");
    Ids ids;
    if (choice.all) {
        read_vault(tool, account, [&](const storage::Kept& kept) { ids.push_back(kept.message.id); });
        std::ranges::reverse(ids);
    }
    for (const auto message : choice.messages)
        ids.push_back(storage::MessageId{message});
    return ids;
}

[[noreturn]] void refuse(const boost::system::error_code& error, std::size_t done)
{
    std::string reason = error.message();
    if (error == storage::Errc::not_found)
        reason = "not all of these messages are in the vault; see: pillarbox vault list";
    if (error == storage::Errc::over_quota)
        reason = "the account has no room for them; delete something, or give it a larger quota";
    throw Failed(done == 0 ? reason : fmt::format("{} ({} were done before)", reason, done));
}

/// Calls `act` for the chosen messages, so many at once; returns how many there were.
template <class Act>
std::size_t in_parts(const Ids& ids, Act act)
{
    for (std::size_t done = 0; done < ids.size(); done += at_once) {
        const auto part = std::span(ids).subspan(done, std::min(at_once, ids.size() - done));
        const auto result = act(Ids(part.begin(), part.end()));
        if (!result) refuse(result.error(), done);
    }
    return ids.size();
}

} // namespace

void list_vault(const Context& context, const std::string& address)
{
    const auto parsed = parse_address(address);
    Tool tool(context.config);
    const auto account = account_of(tool, parsed);
    const auto names = mailbox_names(tool, account);
    Table table({"id", "mailbox", "until", "from", "subject", "octets"});
    read_vault(tool, account, [&](const storage::Kept& kept) {
        const auto name = names.find(kept.message.mailbox);
        table.add({std::uint64_t(kept.message.id), name == names.end() ? std::string() : name->second,
                   format_time(kept.until.time_since_epoch().count()), sender(kept.message.summary),
                   kept.message.summary.subject, kept.message.size});
    });
    fmt::print("{}", context.json ? table.json() : table.text());
}

void restore_from_vault(const Context& context, const VaultChoice& choice)
{
    const auto address = parse_address(choice.address);
    Tool tool(context.config);
    const auto account = account_of(tool, address);
    const auto count = in_parts(chosen(tool, account, choice), [&](Ids ids) {
        return tool.wait(tool.store().vault().restore(account, std::move(ids)));
    });
    fmt::print("restored {}\n", count);
}

void forget_in_vault(const Context& context, const VaultChoice& choice)
{
    const auto address = parse_address(choice.address);
    Tool tool(context.config);
    const auto account = account_of(tool, address);
    const auto count = in_parts(chosen(tool, account, choice), [&](Ids ids) {
        return tool.wait(tool.store().vault().forget(account, std::move(ids)));
    });
    fmt::print("forgot {}\n", count);
}

} // namespace pillarbox::admin
