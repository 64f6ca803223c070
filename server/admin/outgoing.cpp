#include "server/admin/actions.hpp"
#include "server/admin/login_name.hpp"
#include "server/admin/table.hpp"
#include "server/admin/tool.hpp"
#include "server/base/domain_name.hpp"
#include "server/mailflow/suppression.hpp"
#include "storage/dead_addresses.hpp"
#include "storage/tls_facts.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstddef>

namespace pillarbox::admin {

namespace {

using storage::Errc;

std::string read_domain(const std::string& text)
{
    const auto domain = domain_name::to_ascii(text);
    if (!domain || domain->empty()) throw Failed(fmt::format("'{}' is no domain", text));
    return *domain;
}

std::string_view word_of(storage::TlsMark::Level level)
{
    return level == storage::TlsMark::Level::proven ? "proven" : "encrypted";
}

[[noreturn]] void fail(boost::system::error_code error, std::string unknown)
{
    throw Failed(error == Errc::not_found ? std::move(unknown) : error.message());
}

} // namespace

void list_suppressed(const Context& context)
{
    constexpr std::size_t longest_listing = 10'000;
    const auto terms = mailflow::suppression_terms(context.config);
    Tool tool(context.config);
    Table table({"address", "failures", "first", "last", "until", "host", "reply"});
    if (terms.after > 0) {
        const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        const auto dead =
            tool.wait(tool.store().dead_addresses().list(terms.after, terms.since(now), longest_listing));
        if (!dead) throw Failed(dead.error().message());
        for (const auto& one : *dead)
            table.add({one.address, std::uint64_t{one.failures},
                       format_time(one.first.time_since_epoch().count()),
                       format_time(one.last.time_since_epoch().count()),
                       format_time(terms.until(one.last).time_since_epoch().count()), one.host, one.reply});
    }
    fmt::print("{}", context.json ? table.json() : table.text());
}

void lift_suppressed(const Context& context, const std::string& address)
{
    const auto by = login_name() + ", on the server"; // before it becomes another
    Tool tool(context.config);
    const auto forgotten = tool.wait(tool.store().dead_addresses().forget(address, by));
    if (!forgotten)
        fail(forgotten.error(),
             fmt::format("nothing is known against {}; see: pillarbox suppressed list", address));
    fmt::print("mail goes to {} again\n", address);
}

void show_tls(const Context& context, const std::string& text)
{
    const auto domain = read_domain(text);
    Tool tool(context.config);
    const auto best = tool.wait(tool.store().tls_facts().best(domain));
    if (!best) throw Failed(best.error().message());
    Table table({"domain", "best", "seen"});
    if (*best)
        table.add({domain, std::string(word_of((*best)->level)),
                   format_time((*best)->seen.time_since_epoch().count())});
    fmt::print("{}", context.json ? table.json() : table.text());
}

void forget_tls(const Context& context, const std::string& text)
{
    const auto domain = read_domain(text);
    Tool tool(context.config);
    const auto forgotten = tool.wait(tool.store().tls_facts().forget_best(domain));
    if (!forgotten)
        fail(forgotten.error(), fmt::format("no mail to {} is known that went under TLS", domain));
    fmt::print("forgotten: the next mail to {} says anew what TLS it has\n", domain);
}

} // namespace pillarbox::admin
