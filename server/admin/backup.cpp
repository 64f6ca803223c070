#include "server/admin/actions.hpp"
#include "server/admin/address.hpp"
#include "server/admin/table.hpp"
#include "server/admin/terminal.hpp"
#include "server/admin/tool.hpp"
#include "server/admin/upkeep.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

namespace pillarbox::admin {

namespace {

/// The same for a backup and for what was restored from one.
void print(const Context& context, const storage::BackupSummary& sum, std::string_view done)
{
    const auto made = format_time(sum.made.time_since_epoch().count());
    if (context.json) {
        boost::json::object object{
            {"made", made},           {"accounts", sum.accounts}, {"messages", sum.messages},
            {"bodies", sum.bodies},   {"octets", sum.octets},     {"copied", sum.copied},
            {"dropped", sum.dropped}, {"damaged", sum.damaged}};
        if (!sum.replaced.empty()) object["replaced"] = sum.replaced.string();
        fmt::print("{}\n", boost::json::serialize(object));
    } else {
        fmt::print("{} {} accounts and {} messages, {}, of {}; {} copied\n", done, sum.accounts, sum.messages,
                   size_text(sum.octets), made, size_text(sum.copied));
        if (!sum.replaced.empty()) fmt::print("what was there before is in {}\n", sum.replaced.string());
    }
    std::fflush(stdout);
}

void list(const Context& context, const RestoreChoice& choice, const std::string& address)
{
    if (choice.mailbox.empty()) {
        Table table({"account", "mailbox", "messages", "octets"});
        for (const auto& mailbox : storage::list_backup(options_of(context.config), choice.source, address))
            table.add({mailbox.account, mailbox.name, mailbox.messages, mailbox.octets});
        fmt::print("{}", context.json ? table.json() : table.text());
        return;
    }
    Table table({"id", "received", "octets", "from", "subject"});
    storage::list_backup(options_of(context.config), choice.source, address, choice.mailbox,
                         [&](const storage::Listed& message) {
                             table.add({static_cast<std::uint64_t>(message.id),
                                        format_time(message.received.time_since_epoch().count()),
                                        message.size, message.summary.sender_address,
                                        message.summary.subject});
                         });
    fmt::print("{}", context.json ? table.json() : table.text());
}

/// Tells of damaged messages and of how far it is.
storage::RestoreOptions restore_options(ProgressLine& line)
{
    storage::RestoreOptions options;
    options.progress = [&](const storage::Progress& progress) { line.show(progress); };
    options.found = [&](const storage::Finding& finding) {
        line.clear();
        fmt::print(stderr, "{}\n", text_of(finding));
    };
    return options;
}

void restore_everything(const Context& context, const RestoreChoice& choice)
{
    ProgressLine line;
    auto options = restore_options(line);
    options.replace = choice.replace;
    const auto sum = storage::restore(options_of(context.config), choice.source, options);
    line.clear();
    print(context, sum, "restored");
    if (sum.damaged > 0)
        throw Failed(
            fmt::format("everything is restored, but {} messages are damaged in the backup; put them "
                        "aside: pillarbox verify --repair",
                        sum.damaged));
}

void restore_some(const Context& context, const RestoreChoice& choice, const std::string& address)
{
    become_owner_of(context.config.data_dir, true); // the backup is often root's alone
    storage::Selection selection{.account = address, .mailbox = choice.mailbox, .to = choice.to};
    for (const auto id : choice.messages)
        selection.messages.push_back(storage::MessageId{id});
    ProgressLine line;
    const auto sum = storage::restore_messages(options_of(context.config), choice.source, selection,
                                               restore_options(line));
    line.clear();
    if (context.json) {
        const boost::json::object object{{"restored", sum.restored},
                                         {"octets", sum.octets},
                                         {"there", sum.there},
                                         {"damaged", sum.damaged},
                                         {"missing", sum.missing}};
        fmt::print("{}\n", boost::json::serialize(object));
    } else {
        fmt::print("restored {} messages, {}; {} were there already\n", sum.restored, size_text(sum.octets),
                   sum.there);
    }
    std::fflush(stdout);
    if (sum.missing > 0)
        throw Failed(fmt::format("{} of the messages are not in the backup; see: pillarbox restore {} --list "
                                 "--account {} --mailbox NAME",
                                 sum.missing, choice.source, address));
    if (sum.damaged > 0)
        throw Failed(fmt::format("{} messages are damaged in the backup, and were left out", sum.damaged));
}

} // namespace

void back_up(const Context& context, const std::string& destination)
{
    // As root it stays root: the destination is often root's alone. SQLite
    // gives what it makes beside the database to the database's owner.
    ProgressLine line;
    const auto sum = storage::backup(options_of(context.config), destination,
                                     [&](const storage::Progress& progress) { line.show(progress); });
    line.clear();
    print(context, sum, "backed up");
    if (sum.damaged > 0)
        throw Failed(
            fmt::format("the backup is complete, but {} messages were damaged before; see whose they "
                        "are: pillarbox verify",
                        sum.damaged));
}

void restore(const Context& context, const RestoreChoice& choice)
{
    const auto address = choice.address.empty() ? std::string() : parse_address(choice.address);
    if (choice.list) return list(context, choice, address);
    if (address.empty()) return restore_everything(context, choice);
    restore_some(context, choice, address);
}

} // namespace pillarbox::admin
