#include "server/transfer/importer.hpp"

#include "server/mailflow/summary.hpp"
#include "server/mime/summary.hpp"
#include "server/transfer/arrival.hpp"
#include "server/transfer/folder_names.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

namespace pillarbox::transfer {

namespace asio = boost::asio;
using storage::Errc;

namespace {

// Two groups of the importer's commits: one on its way, one that gathers.
constexpr std::size_t most_under_way = 128;
constexpr std::uint64_t most_octets_under_way = 8ull * 1024 * 1024;

std::string sentence(boost::system::error_code error)
{
    if (error == Errc::over_quota)
        return "the account is full; give it a larger quota, then run this again: it goes on where it "
               "stopped";
    if (error == Errc::out_of_space)
        return "the disk is full; make room, then run this again: it goes on where it stopped";
    if (error == Errc::not_found) return "the account or its folder was removed meanwhile";
    return fmt::format("the store failed ({}); run this again: it goes on where it stopped", error.message());
}

} // namespace

Importer::Importer(const asio::any_io_executor& executor, storage::Store& store, Progress& progress,
                   Options options)
    : store_(store), progress_(progress), options_(std::move(options)), settled_(executor)
{
    settled_.expires_at(asio::steady_timer::time_point::max());
}

awaitable<storage::MailboxId> Importer::folder(std::string name)
{
    if (mailboxes_.empty()) {
        auto all = co_await store_.mail().mailboxes(options_.account);
        if (!all) throw Failed(sentence(all.error()));
        mailboxes_ = std::move(*all);
    }
    const auto role = role_of(name);
    const auto found = std::ranges::find_if(mailboxes_, [&](const storage::Mailbox& mailbox) {
        return role ? mailbox.role == *role : mailbox.name == name;
    });
    if (found != mailboxes_.end()) co_return found->id;
    const auto made = co_await store_.transfer().mailbox(options_.account, name);
    if (!made && made.error() == Errc::invalid)
        throw Failed(fmt::format("'{}' cannot be a folder's name here; import it with --folder", name));
    if (!made) throw Failed(sentence(made.error()));
    co_return *made;
}

awaitable<bool> Importer::pass_over(storage::MailboxId mailbox, std::string name)
{
    const auto known = co_await store_.transfer().has(mailbox, std::move(name));
    if (!known) throw Failed(sentence(known.error()));
    if (*known) ++tally_.already;
    co_return *known;
}

Letter Importer::begin(Letter::Form form)
{
    return {store_.mail().new_spool(), form, options_.limit};
}

awaitable<void> Importer::take(Letter letter, About about)
{
    const auto finished = letter.finish();
    if (!finished) throw Failed(sentence(finished.error()));
    if (letter.too_large()) {
        skip_too_large(about.place);
        co_return;
    }
    if (letter.octets() == 0) {
        skip(about.place, "empty");
        co_return;
    }
    auto digest = digest_in_source(letter, about.mailbox);
    const auto known = co_await store_.transfer().has(about.mailbox, digest);
    if (!known) throw Failed(sentence(known.error()));
    if (*known) {
        ++tally_.already;
        co_return;
    }
    const auto room = store_.mail().has_room(letter.octets());
    if (!room) throw Failed(sentence(room.error()));

    storage::Brought message;
    message.account = options_.account;
    message.mailbox = about.mailbox;
    message.flags = about.flags | letter.fields().flags;
    message.unique_id = about.unique_id.empty() ? letter.fields().unique_id : std::move(about.unique_id);
    message.digest = std::move(digest);
    message.name = std::move(about.name);
    message.body = letter.take_spool();
    const auto head = message.body->read(0, mime::most_summary_octets);
    if (!head) throw Failed(sentence(head.error()));
    message.summary = mailflow::summary_of(*head);
    message.received = about.received ? *about.received : arrival_of(*head, storage::now());

    launch(std::move(message), std::move(about.place));
    co_await wait(most_under_way - 1);
}

/// A message's digest, with the number of those before it that are the same.
std::string Importer::digest_in_source(Letter& letter, storage::MailboxId mailbox)
{
    auto digest = letter.digest();
    std::uint64_t key = 0;
    std::memcpy(&key, digest.data(), sizeof key);
    key ^= static_cast<std::uint64_t>(mailbox) * 0x9e3779b97f4a7c15u; // folders may go into one mailbox
    const std::uint32_t before = seen_[key]++;
    if (before > 0) digest += fmt::format("{}", before);
    return digest;
}

void Importer::launch(storage::Brought message, std::string place)
{
    ++under_way_;
    octets_under_way_ += message.body->size();
    asio::co_spawn(settled_.get_executor(), bring(std::move(message), std::move(place)),
                   [this](const std::exception_ptr& escaped) {
                       if (escaped) fail("the store ended before it answered");
                   });
}

awaitable<void> Importer::bring(storage::Brought message, std::string place)
{
    const auto octets = message.body->size();
    const auto arrived = co_await store_.transfer().bring(std::move(message));
    settled(arrived, octets, place);
}

void Importer::settled(const storage::Result<storage::Arrived>& arrived, std::uint64_t octets,
                       const std::string& place)
{
    --under_way_;
    octets_under_way_ -= octets;
    settled_.cancel();
    if (arrived) {
        ++tally_.done;
        tally_.octets += octets;
        tally_.lost_unique_ids += arrived->lost_unique_id ? 1 : 0;
    } else if (arrived.error() == Errc::already_exists) {
        ++tally_.already;
    } else {
        fail(fmt::format("{}: {}", place, sentence(arrived.error())));
    }
}

void Importer::fail(std::string why)
{
    if (failure_.empty()) failure_ = std::move(why); // the first one is the cause
}

awaitable<void> Importer::wait(std::size_t most)
{
    while (under_way_ > 0 && (under_way_ > most || octets_under_way_ > most_octets_under_way))
        co_await settled_.async_wait(asio::as_tuple(asio::deferred)); // the wait ends by being cancelled
    if (!failure_.empty()) throw Failed(failure_);
}

awaitable<void> Importer::pause()
{
    co_await asio::post(settled_.get_executor(), asio::deferred);
}

awaitable<void> Importer::settle()
{
    co_await wait(0);
}

bool Importer::stopping()
{
    tally_.stopped = tally_.stopped || options_.stopping();
    return tally_.stopped;
}

void Importer::skip(const std::string& place, const std::string& reason)
{
    ++tally_.skipped[reason];
    progress_.note(fmt::format("{}: {}: skipped", place, reason));
}

void Importer::skip_too_large(const std::string& place)
{
    skip(place, fmt::format("larger than {}, the limit for a message",
                            describe_octets(static_cast<double>(options_.limit))));
}

void Importer::show(std::uint64_t done, std::uint64_t total)
{
    progress_.show({.messages = tally_.seen(), .octets = tally_.octets, .done = done, .total = total});
}

} // namespace pillarbox::transfer
