#include "server/admin/actions.hpp"
#include "server/admin/address.hpp"
#include "server/admin/domain_keys.hpp"
#include "server/admin/table.hpp"
#include "server/admin/tool.hpp"
#include "server/auth/key_file.hpp"
#include "server/signing/domain_keys.hpp"

#include <boost/asio/thread_pool.hpp>
#include <fmt/format.h>

#include <chrono>

namespace pillarbox::admin {

namespace {

using storage::DkimKey;
using storage::Errc;

std::string_view name_of(DkimKey::State state)
{
    switch (state) {
    case DkimKey::State::waiting:
        return "waiting";
    case DkimKey::State::active:
        return "active";
    case DkimKey::State::retired:
        return "retired";
    }
    return "unknown";
}

Failed domain_refusal(boost::system::error_code error, const std::string& domain)
{
    if (error == Errc::not_found)
        return Failed(fmt::format("{} is no domain of this server; see: pillarbox domain list", domain));
    return Failed(fmt::format("{}: {}", domain, error.message()));
}

} // namespace

std::vector<DkimKey> keys_of_domain(Tool& tool, const Config& config, const std::string& domain)
{
    boost::asio::thread_pool pool(1);
    const auto keys = tool.wait(
        signing::keys_of(tool.store().dkim_keys(), pool, auth::load_or_make_key(config.data_dir), domain));
    if (!keys) throw domain_refusal(keys.error(), domain);
    return *keys;
}

void list_dkim_keys(const Context& context, const std::string& text)
{
    const auto domain = parse_domain(text);
    Tool tool(context.config);
    Table table({"selector", "algorithm", "state", "created", "name", "record"});
    for (const auto& key : keys_of_domain(tool, context.config, domain))
        table.add({key.selector, key.algorithm, std::string(name_of(key.state)),
                   format_time(key.created.time_since_epoch().count()),
                   fmt::format("{}._domainkey.{}", key.selector, domain), key.record});
    fmt::print("{}", context.json ? table.json() : table.text());
}

void rotate_dkim_keys(const Context& context, const std::string& text)
{
    const auto domain = parse_domain(text);
    Tool tool(context.config);
    const auto others = keys_of_domain(tool, context.config, domain);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto made = signing::make_keys(auth::load_or_make_key(context.config.data_dir), domain,
                                         DkimKey::State::waiting, others, now);
    const auto added = tool.wait(tool.store().dkim_keys().add(domain, made));
    if (added.has_error() && added.error() == Errc::over_quota)
        throw Failed(fmt::format("{} has as many keys as it may; remove retired ones first: "
                                 "pillarbox dkim remove {} SELECTOR",
                                 domain, domain));
    if (!added) throw domain_refusal(added.error(), domain);
    for (const auto& key : made)
        fmt::print("made {}._domainkey.{}\n", key.selector, domain);
    fmt::print("publish them (pillarbox dns {0}), and once DNS has them: pillarbox dkim activate {0}\n",
               domain);
}

void activate_dkim_keys(const Context& context, const std::string& text)
{
    const auto domain = parse_domain(text);
    Tool tool(context.config);
    const auto changed = tool.wait(tool.store().dkim_keys().activate(domain));
    if (changed.has_error() && changed.error() == Errc::invalid)
        throw Failed(
            fmt::format("no key of {0} waits; make new ones first: pillarbox dkim rotate {0}", domain));
    if (!changed) throw domain_refusal(changed.error(), domain);
    fmt::print("the new keys of {} sign from now on; leave the old ones in DNS for a week, for mail that "
               "is on its way\n",
               domain);
}

void remove_dkim_key(const Context& context, const std::string& text, const std::string& selector)
{
    const auto domain = parse_domain(text);
    Tool tool(context.config);
    const auto keys = tool.wait(tool.store().dkim_keys().list(domain));
    if (!keys) throw domain_refusal(keys.error(), domain);
    const auto removed = tool.wait(tool.store().dkim_keys().remove(domain, selector));
    if (removed.has_error() && removed.error() == Errc::invalid)
        throw Failed(fmt::format("{} signs the mail of {}; make new keys first: pillarbox dkim rotate {}",
                                 selector, domain, domain));
    if (removed.has_error() && removed.error() == Errc::not_found)
        throw Failed(fmt::format("{} has no key {}; see: pillarbox dkim list {}", domain, selector, domain));
    if (!removed) throw domain_refusal(removed.error(), domain);
    fmt::print("removed {}; take {}._domainkey.{} out of DNS\n", selector, selector, domain);
}

} // namespace pillarbox::admin
