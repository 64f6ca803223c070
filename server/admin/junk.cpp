#include "server/admin/actions.hpp"
#include "server/admin/address.hpp"
#include "server/admin/table.hpp"
#include "server/admin/tool.hpp"

#include <fmt/format.h>

namespace pillarbox::admin {

using storage::Errc;
using storage::SenderRule;

namespace {

std::string_view word_of(SenderRule rule)
{
    return rule == SenderRule::allow ? "allow" : "block";
}

void rule_sender(const Context& context, const std::string& text, const std::string& sender, SenderRule rule)
{
    const auto address = parse_address(text);
    Tool tool(context.config);
    const auto account = account_of(tool, address);
    const auto set = tool.wait(tool.junk().set_rule(account, sender, rule));
    if (set.has_error() && set.error() == Errc::invalid)
        throw Failed(fmt::format("'{}' is no sender; write an address, or @DOMAIN for all of one", sender));
    if (set.has_error() && set.error() == Errc::over_quota)
        throw Failed(fmt::format("{} has rules for too many senders; forget some first", address));
    if (!set) throw Failed(set.error().message());
    fmt::print("{} {}s mail from {}\n", address, word_of(rule), sender);
}

} // namespace

void allow_sender(const Context& context, const std::string& address, const std::string& sender)
{
    rule_sender(context, address, sender, SenderRule::allow);
}

void block_sender(const Context& context, const std::string& address, const std::string& sender)
{
    rule_sender(context, address, sender, SenderRule::block);
}

void forget_sender(const Context& context, const std::string& text, const std::string& sender)
{
    const auto address = parse_address(text);
    Tool tool(context.config);
    const auto account = account_of(tool, address);
    const auto removed = tool.wait(tool.junk().remove_rule(account, sender));
    if (removed.has_error() && removed.error() == Errc::not_found)
        throw Failed(fmt::format("{} has no rule for {}", address, sender));
    if (!removed) throw Failed(removed.error().message());
    fmt::print("{} has no rule for {} any more\n", address, sender);
}

void list_ruled_senders(const Context& context, const std::string& text)
{
    const auto address = parse_address(text);
    Tool tool(context.config);
    const auto account = account_of(tool, address);
    const auto senders = tool.wait(tool.junk().senders(account));
    if (!senders) throw Failed(senders.error().message());
    Table table({"sender", "rule"});
    for (const auto& one : *senders)
        table.add({one.sender, std::string(word_of(one.rule))});
    fmt::print("{}", context.json ? table.json() : table.text());
}

void reset_filter(const Context& context, const std::string& text)
{
    const auto address = parse_address(text);
    Tool tool(context.config);
    const auto account = account_of(tool, address);
    const auto forgotten = tool.wait(tool.junk().unlearn(account));
    if (!forgotten) throw Failed(forgotten.error().message());
    fmt::print("the filter of {} begins anew\n", address);
}

} // namespace pillarbox::admin
