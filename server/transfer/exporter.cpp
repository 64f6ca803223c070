#include "server/transfer/exporter.hpp"

#include "server/transfer/folder_names.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pillarbox::transfer {

using storage::Errc;

namespace {

using namespace std::chrono_literals;

// A page may hold that many messages of 50 MiB and go to a slow disk; an
// exporter that was killed holds the server up for no longer than the lease.
constexpr std::size_t page = 100;
constexpr auto lease_lasts = 15min;
constexpr auto lease_renewed = 1min;

Failed failure(boost::system::error_code error)
{
    if (error == Errc::not_found) return Failed("the account or its folder was removed meanwhile");
    return Failed(
        fmt::format("the store failed ({}); run this again: it goes on where it stopped", error.message()));
}

} // namespace

Exporter::Exporter(storage::Store& store, Progress& progress, Options options)
    : store_(store),
      progress_(progress),
      options_(std::move(options)),
      holder_(storage::new_lease_holder("export"))
{}

awaitable<std::vector<storage::Mailbox>> Exporter::folders(std::string name)
{
    auto all = co_await store_.mail().mailboxes(options_.account);
    if (!all) throw failure(all.error());
    if (name.empty()) co_return std::move(*all);
    const auto role = role_of(name);
    const auto found = std::ranges::find_if(*all, [&](const storage::Mailbox& mailbox) {
        return mailbox.name == name || (role && mailbox.role == *role);
    });
    if (found != all->end()) co_return std::vector{*found};
    std::string names;
    for (const auto& mailbox : *all)
        names += (names.empty() ? "" : ", ") + mailbox.name;
    throw Failed(fmt::format("there is no folder '{}'; there are {}", name, names));
}

awaitable<std::vector<storage::Leaving>> Exporter::after(storage::MailboxId mailbox, std::uint32_t uid)
{
    // Before the list: what it shows stays.
    if (const auto time = storage::now(); time >= leased_ + lease_renewed) {
        const auto leased = co_await store_.transfer().lease(holder_, time + lease_lasts);
        if (!leased) throw failure(leased.error());
        leased_ = time;
    }
    auto messages = co_await store_.transfer().after(options_.account, mailbox, uid, page);
    if (!messages) throw failure(messages.error());
    co_return std::move(*messages);
}

awaitable<std::unique_ptr<storage::MessageReader>> Exporter::open(storage::Leaving message)
{
    auto reader = co_await store_.mail().open(message.id);
    if (reader) co_return std::move(*reader);
    if (reader.error() != Errc::not_found) throw failure(reader.error());
    const auto listed = co_await store_.mail().find(options_.account, message.id);
    if (!listed && listed.error() != Errc::not_found) throw failure(listed.error());
    if (listed)
        leave_out(message, reader.error());
    else
        ++tally_.skipped["deleted meanwhile"];
    co_return nullptr;
}

awaitable<void> Exporter::release()
{
    const storage::Time past{};
    const auto released = co_await store_.transfer().lease(holder_, past);
    if (!released) throw failure(released.error());
}

bool Exporter::stopping()
{
    tally_.stopped = tally_.stopped || options_.stopping();
    return tally_.stopped;
}

void Exporter::leave_out(const storage::Leaving& message, boost::system::error_code error)
{
    if (error != Errc::not_found) throw failure(error);
    ++tally_.skipped["damaged"];
    note(fmt::format("message {}: its octets are damaged or gone: skipped",
                     static_cast<std::int64_t>(message.id)));
}

void Exporter::count(const storage::Leaving& message)
{
    ++tally_.done;
    tally_.octets += message.size;
}

void Exporter::show()
{
    progress_.show(
        {.messages = tally_.seen(), .octets = tally_.octets, .done = tally_.seen(), .total = expected_});
}

} // namespace pillarbox::transfer
