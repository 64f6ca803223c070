#include "server/junk/dns_lists.hpp"

#include "server/net/dns_list.hpp"
#include "server/net/networks.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/steady_timer.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace pillarbox::junk {

namespace asio = boost::asio;

namespace {

constexpr std::uint32_t localhost = 0x7F000001;

/// What no list may have, RFC 5782 §5: one that has it has everything.
asio::ip::address nobody(const asio::ip::address& like)
{
    if (like.is_v4()) return asio::ip::address_v4(localhost);
    return asio::ip::make_address_v6(asio::ip::v4_mapped, asio::ip::address_v4(localhost));
}

} // namespace

struct DnsLists::Asked
{
    Asked(const asio::any_io_executor& executor, std::chrono::steady_clock::time_point latest)
        : done(executor, latest)
    {}

    asio::steady_timer done; // until all have answered, or they are late
    std::size_t left = 0;
    std::vector<std::optional<Reason>> reasons{};

    static awaitable<void> ask(std::shared_ptr<Asked> asked, mailauth::Dns& dns, asio::ip::address address,
                               DnsList list, std::size_t number, bool blocks)
    {
        const auto told = co_await dns.ipv4(net::name_in_list(address, list.zone));
        const auto answer = net::listed_by(list, told.records);
        if (answer == 0) co_return;
        const auto all = co_await dns.ipv4(net::name_in_list(nobody(address), list.zone));
        if (net::listed_by(list, all.records) != 0) co_return;
        const auto detail = list.zone + " (" + asio::ip::address_v4(answer).to_string() + ")";
        asked->reasons[number] =
            Reason{blocks ? "blocklist" : "allowlist", blocks ? list.weight : -list.weight, detail};
    }

    void finished()
    {
        if (--left == 0) done.cancel();
    }
};

DnsLists::DnsLists(asio::any_io_executor executor, mailauth::Dns& dns, asio::ip::address address,
                   const Config::Junk& terms)
    : asked_(std::make_shared<Asked>(executor, std::chrono::steady_clock::now() + terms.dns_patience))
{
    const auto plain = net::plain_address(address);
    const std::size_t blocks = terms.block_lists.size();
    asked_->left = blocks + terms.allow_lists.size();
    asked_->reasons.resize(asked_->left);
    for (std::size_t number = 0; number < asked_->reasons.size(); ++number) {
        const DnsList& list =
            number < blocks ? terms.block_lists[number] : terms.allow_lists[number - blocks];
        asio::co_spawn(executor, Asked::ask(asked_, dns, plain, list, number, number < blocks),
                       [asked = asked_](const std::exception_ptr& error) {
                           asked->finished();
                           if (error) std::rethrow_exception(error);
                       });
    }
}

awaitable<std::vector<Reason>> DnsLists::answers()
{
    while (asked_->left > 0) {
        const auto [cancelled] = co_await asked_->done.async_wait(asio::as_tuple(asio::deferred));
        if (!cancelled) break; // the others are late
    }
    std::vector<Reason> reasons;
    for (const auto& reason : asked_->reasons)
        if (reason) reasons.push_back(*reason);
    co_return reasons;
}

} // namespace pillarbox::junk
