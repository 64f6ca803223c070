#include "tests/bench/support_mailbox.hpp"

#include "storage/store.hpp"
#include "tests/bench/support_index.hpp"
#include "tests/bench/support_must.hpp"
#include "tests/bench/support_smtp_load.hpp"
#include "tests/support/run_task.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

namespace pillarbox::bench {
namespace {

constexpr std::size_t page = 50;

storage::Options options_for(const std::filesystem::path& data,
                             std::shared_ptr<const storage::TextExtractor> extractor)
{
    storage::Options options;
    options.directory = data;
    options.default_quota = 1ull << 50;
    options.extractor = std::move(extractor);
    return options;
}

} // namespace

struct MailboxProbe::State
{
    explicit State(const storage::Options& options) : store(storage::open(options)) {}

    template <class Value>
    auto operator()(boost::asio::awaitable<storage::Result<Value>> task)
    {
        return must(test::run_task(context, std::move(task)));
    }

    /// The newest message.
    storage::MessageId newest()
    {
        return (*this)(store->mail().list(account, inbox, 0, 0, 1)).items.at(0).id;
    }

    boost::asio::io_context context{1};
    std::unique_ptr<storage::Store> store;
    storage::AccountId account{};
    storage::MailboxId inbox{};
};

MailboxProbe::MailboxProbe(const std::filesystem::path& data, const std::string& address,
                           std::shared_ptr<const storage::TextExtractor> extractor)
    : state_(std::make_unique<State>(options_for(data, std::move(extractor))))
{
    auto& run = *state_;
    run.account = run(run.store->accounts().find(address)).id;
    const auto mailboxes = run(run.store->mail().mailboxes(run.account));
    run.inbox = std::ranges::find(mailboxes, storage::MailboxRole::inbox, &storage::Mailbox::role)->id;
}

MailboxProbe::~MailboxProbe() = default;

void MailboxProbe::list(std::uint32_t position)
{
    auto& run = *state_;
    const auto listed = run(run.store->mail().list(run.account, run.inbox, 0, position, page));
    if (listed.items.size() != page) throw std::runtime_error("a page is not full");
}

void MailboxProbe::open_maildrop(bool entries)
{
    auto& run = *state_;
    const auto maildrop = run(run.store->mail().open_maildrop(run.account));
    if (!entries) return;
    const auto all = run(maildrop->entries());
    if (all.size() != maildrop->count()) throw std::runtime_error("a maildrop is not whole");
}

void MailboxProbe::read_one()
{
    auto& run = *state_;
    const auto reader = run(run.store->mail().open(run.newest()));
    std::uint64_t octets = 0;
    for (auto piece = run(reader->next()); !piece.empty(); piece = run(reader->next()))
        octets += piece.size();
    if (octets != reader->size()) throw std::runtime_error("a message is not whole");
}

void MailboxProbe::deliver_one(std::size_t octets)
{
    auto& run = *state_;
    storage::Delivery delivery;
    delivery.body = run.store->mail().new_spool();
    must(delivery.body->append(make_message(octets)));
    delivery.copies.push_back({run.account, "Return-Path: <sender@example.net>\r\n"});
    delivery.summary.subject = "One more";
    run(run.store->mail().deliver(std::move(delivery)));
}

void MailboxProbe::remove_newest()
{
    auto& run = *state_;
    const std::vector<storage::MessageId> newest{run.newest()};
    run(run.store->mail().expunge(run.account, newest));
}

void MailboxProbe::route(const std::string& local_part, const std::string& domain)
{
    auto& run = *state_;
    const auto route = run(run.store->accounts().route(local_part, domain));
    if (route.local.size() != 1) throw std::runtime_error("an address leads nowhere");
}

void MailboxProbe::await_index()
{
    bench::await_index(state_->context, *state_->store, state_->account);
}

void MailboxProbe::search(const std::string& word)
{
    auto& run = *state_;
    auto query = storage::parse_search(word, {});
    const auto found = run(run.store->search().search(run.account, std::move(*query), std::nullopt, page));
    if (found.items.empty()) throw std::runtime_error("nothing was found with '" + word + "'");
}

} // namespace pillarbox::bench
