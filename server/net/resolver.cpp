#include "server/net/resolver.hpp"

#include "server/base/ascii.hpp"
#include "server/net/dns_answers.hpp"
#include "server/net/reactor.hpp"
#include "server/net/timer_wheel.hpp"
#include "server/net/waiter.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <fmt/format.h>

#include <unbound.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace pillarbox::net {

namespace asio = boost::asio;

namespace {

constexpr int class_in = 1;
constexpr std::size_t most_records = 100; // of one answer

enum Type : int // RFC 1035 §3.2.2, RFC 2782, RFC 3596 §2.1, RFC 6698 §7.1
{
    type_a = 1,
    type_ptr = 12,
    type_mx = 15,
    type_txt = 16,
    type_aaaa = 28,
    type_srv = 33,
    type_tlsa = 52
};

using Raw = DnsAnswer<std::string>;

/// Without the last dot; empty where it is the name that was asked for.
std::string canonical_name(std::string_view name, std::string_view asked)
{
    for (auto* each : {&name, &asked})
        if (each->ends_with('.')) each->remove_suffix(1);
    return ascii::equal(name, asked) ? std::string() : ascii::to_lower(name);
}

Raw raw_answer(const ub_result& result)
{
    Raw raw;
    raw.secure = result.secure != 0;
    if (result.bogus != 0) {
        raw.why = fmt::format("DNSSEC: {}", result.why_bogus != nullptr ? result.why_bogus : "forged");
        return raw;
    }
    constexpr int no_error = 0, name_error = 3; // RFC 1035 §4.1.1
    if (result.rcode != no_error && result.rcode != name_error) {
        raw.why = fmt::format("the DNS server answered with code {}", result.rcode);
        return raw;
    }
    raw.kind = result.havedata != 0 ? Raw::Kind::found : Raw::Kind::none;
    raw.no_such_name = result.nxdomain != 0;
    if (result.canonname != nullptr) raw.canonical = canonical_name(result.canonname, result.qname);
    for (std::size_t i = 0; i < most_records && result.havedata != 0 && result.data[i] != nullptr; ++i)
        raw.records.emplace_back(result.data[i], static_cast<std::size_t>(result.len[i]));
    return raw;
}

template <class Record, class Parse>
DnsAnswer<Record> parsed(Raw raw, Parse parse)
{
    DnsAnswer<Record> answer;
    using Kind = typename DnsAnswer<Record>::Kind;
    answer.kind = static_cast<Kind>(raw.kind);
    answer.no_such_name = raw.no_such_name;
    answer.secure = raw.secure;
    answer.why = std::move(raw.why);
    answer.canonical = std::move(raw.canonical);
    for (const auto& octets : raw.records)
        if (auto record = parse(octets)) answer.records.push_back(std::move(*record));
    if (answer.kind == Kind::found && answer.records.empty()) {
        answer.kind = Kind::unknown;
        answer.why = "the records cannot be read";
    }
    return answer;
}

} // namespace

struct Resolver::State
{
    /// One question, from when it is asked until it is answered or given up.
    class Question final : public Wheel::Node, public Reactor::Member
    {
    public:
        Question(State& state) : state_(state) { state.reactor.enter(*this); }
        ~Question() override
        {
            if (asked_) ub_cancel(state_.context.get(), id_);
            state_.reactor.leave(*this);
        }

        /// False when it could not be asked.
        bool ask(const std::string& name, int type)
        {
            asked_ = ub_resolve_async(state_.context.get(), name.c_str(), type, class_in, this, answered,
                                      &id_) == 0;
            return asked_;
        }

        void expired() noexcept override { give_up("no DNS server answered in time"); }
        void drain() noexcept override { give_up("the server is stopping"); }
        void cancel() noexcept override { give_up("the server is stopping"); }

        Waiter waiter;
        Raw answer;
        std::chrono::seconds life{0}; // of the answer
        bool done = false;

    private:
        static void answered(void* self, int error, ub_result* result)
        {
            auto& question = *static_cast<Question*>(self);
            question.asked_ = false; // libunbound has forgotten it
            if (error == 0) {
                question.answer = raw_answer(*result);
                question.life = std::chrono::seconds(result->ttl);
            } else {
                question.answer.why = ub_strerror(error);
            }
            ub_resolve_free(result);
            question.finish();
        }

        void give_up(const char* why) noexcept
        {
            if (done) return;
            answer.why = why;
            finish();
        }

        void finish() noexcept
        {
            done = true;
            Wheel::Node::unlink();
            waiter.resume();
        }

        State& state_;
        int id_ = 0;
        bool asked_ = false;
    };

    State(Reactor& r, Options o) : reactor(r), options(std::move(o)), descriptor(r.context()) { configure(); }
    ~State()
    {
        if (descriptor.is_open()) static_cast<void>(descriptor.release()); // it is libunbound's
    }

    void configure();
    void set(const char* option, const char* value) const;
    awaitable<Raw> ask(std::string name, int type);
    awaitable<void> pump();

    Reactor& reactor;
    const Options options;
    std::unique_ptr<ub_ctx, decltype(&ub_ctx_delete)> context{nullptr, &ub_ctx_delete};
    asio::posix::stream_descriptor descriptor;
    DnsAnswers recent;
    std::size_t questions = 0;
    bool pumping = false;
};

void Resolver::State::set(const char* option, const char* value) const
{
    const int error = ub_ctx_set_option(context.get(), option, value);
    if (error != 0)
        throw std::runtime_error(fmt::format("libunbound: {} {}: {}", option, value, ub_strerror(error)));
}

void Resolver::State::configure()
{
    context.reset(ub_ctx_create());
    if (!context) throw std::runtime_error("libunbound cannot be set up: there is no memory");
    ub_ctx_async(context.get(), 1); // a thread, not a process
    set("msg-cache-size:", "4m");
    set("rrset-cache-size:", "8m");
    set("outgoing-range:", "256");
    if (!options.trust_anchor.empty()) {
        // libunbound reads it only when it is asked, and then no name can be found.
        if (!std::ifstream(options.trust_anchor))
            throw std::runtime_error(fmt::format("dns.trust_anchor: {}: cannot be read: {}",
                                                 options.trust_anchor,
                                                 std::generic_category().message(errno)));
        const int error = ub_ctx_add_ta_file(context.get(), options.trust_anchor.c_str());
        if (error != 0)
            throw std::runtime_error(
                fmt::format("{}: is no trust anchor: {}", options.trust_anchor, ub_strerror(error)));
    }
    for (const auto& server : options.servers) {
        const auto address = fmt::format("{}@{}", server.address, server.port);
        if (ub_ctx_set_fwd(context.get(), address.c_str()) != 0)
            throw std::runtime_error(fmt::format("dns.servers: '{}' cannot be asked", address));
    }
    if (options.servers.empty()) {
        // Without that file the DNS's own servers are asked.
        static_cast<void>(ub_ctx_resolvconf(context.get(), nullptr));
    } else {
        set("do-not-query-localhost:", "no");
        ub_ctx_zone_add(context.get(), "test.", "transparent"); // somebody may serve it there
    }
    descriptor.assign(ub_fd(context.get()));
}

awaitable<Raw> Resolver::State::ask(std::string name, int type)
{
    if (const Raw* known = recent.find(name, type, std::chrono::steady_clock::now())) co_return *known;
    Question question(*this);
    if (reactor.draining()) {
        question.answer.why = "the server is stopping";
        co_return std::move(question.answer);
    }
    if (!question.ask(name, type)) {
        question.answer.why = "'" + name + "' cannot be asked for";
        co_return std::move(question.answer);
    }
    reactor.timers().link(question, options.patience);
    ++questions;
    if (!std::exchange(pumping, true)) reactor.spawn("resolver", pump());
    if (!question.done) co_await question.waiter.wait();
    if (--questions == 0) descriptor.cancel();
    recent.keep(name, type, question.answer, question.life, std::chrono::steady_clock::now());
    co_return std::move(question.answer);
}

/// While there are questions, what libunbound has to say.
awaitable<void> Resolver::State::pump()
{
    while (questions > 0) {
        const auto [error] = co_await descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                                            asio::as_tuple(asio::deferred));
        if (!error) ub_process(context.get());
    }
    pumping = false;
}

Resolver::Resolver(Reactor& reactor, Options options)
    : state_(std::make_unique<State>(reactor, std::move(options)))
{}

Resolver::~Resolver() = default;

awaitable<DnsAnswer<dns::Mx>> Resolver::mx(std::string name)
{
    auto raw = co_await state_->ask(std::move(name), type_mx);
    co_return parsed<dns::Mx>(std::move(raw), dns::parse_mx);
}

awaitable<DnsAnswer<std::string>> Resolver::txt(std::string name)
{
    auto raw = co_await state_->ask(std::move(name), type_txt);
    co_return parsed<std::string>(std::move(raw), dns::parse_txt);
}

awaitable<DnsAnswer<dns::Tlsa>> Resolver::tlsa(std::string name)
{
    auto raw = co_await state_->ask(std::move(name), type_tlsa);
    co_return parsed<dns::Tlsa>(std::move(raw), dns::parse_tlsa);
}

awaitable<DnsAnswer<dns::Srv>> Resolver::srv(std::string name)
{
    auto raw = co_await state_->ask(std::move(name), type_srv);
    co_return parsed<dns::Srv>(std::move(raw), dns::parse_srv);
}

awaitable<DnsAnswer<std::string>> Resolver::ptr(asio::ip::address address)
{
    std::string octets;
    if (address.is_v4()) {
        const auto bytes = address.to_v4().to_bytes();
        octets.assign(bytes.begin(), bytes.end());
    } else {
        const auto bytes = address.to_v6().to_bytes();
        octets.assign(bytes.begin(), bytes.end());
    }
    auto raw = co_await state_->ask(dns::reverse_name(octets), type_ptr);
    co_return parsed<std::string>(std::move(raw), dns::parse_name);
}

awaitable<DnsAnswer<asio::ip::address>> Resolver::ipv4(std::string name)
{
    auto raw = co_await state_->ask(std::move(name), type_a);
    const auto parse = [](std::string_view octets) -> std::optional<asio::ip::address> {
        asio::ip::address_v4::bytes_type bytes;
        if (octets.size() != bytes.size()) return std::nullopt;
        std::ranges::copy(octets, bytes.begin());
        return asio::ip::address_v4(bytes);
    };
    co_return parsed<asio::ip::address>(std::move(raw), parse);
}

awaitable<DnsAnswer<asio::ip::address>> Resolver::ipv6(std::string name)
{
    auto raw = co_await state_->ask(std::move(name), type_aaaa);
    const auto parse = [](std::string_view octets) -> std::optional<asio::ip::address> {
        asio::ip::address_v6::bytes_type bytes;
        if (octets.size() != bytes.size()) return std::nullopt;
        std::ranges::copy(octets, bytes.begin());
        return asio::ip::address_v6(bytes);
    };
    co_return parsed<asio::ip::address>(std::move(raw), parse);
}

} // namespace pillarbox::net
