#include "web/api/admin.hpp"
#include "web/api/json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace pillarbox::api {

namespace json = boost::json;

using http::awaitable;
using http::Context;
using http::Response;

namespace {

json::object describe_queue(const std::vector<storage::Queued>& queued)
{
    std::optional<storage::Time> oldest;
    std::uint64_t held = 0;
    for (const auto& entry : queued) {
        if (entry.held) ++held;
        oldest = oldest ? std::min(*oldest, entry.queued) : entry.queued;
    }
    json::object object;
    object["total"] = queued.size();
    object["held"] = held;
    object["oldest"] = nullptr;
    if (oldest) object["oldest"] = format_time(*oldest);
    return object;
}

/// Something to see to, or that is seen to.
json::object task(std::string_view id, bool done, std::string_view title, std::string_view detail)
{
    json::object object;
    object["id"] = id;
    object["done"] = done;
    object["title"] = title;
    object["detail"] = detail;
    return object;
}

json::array tasks(const Config& config, bool domains)
{
    using Mode = Config::Outbound::Mode;
    json::array list;
    list.push_back(task("domain", domains, domains ? "Takes mail for a domain" : "There is no domain yet",
                        domains ? "Mail for its accounts and aliases comes in."
                                : "Add one under Domains; until then no mail comes in."));
    const bool trusted = !config.tls.off() && !config.tls.certificate.empty();
    list.push_back(task("certificate", trusted,
                        trusted            ? "Has a certificate of its own"
                        : config.tls.off() ? "TLS is off"
                                           : "The certificate is self-signed",
                        trusted ? "It is read again when its file changes."
                                : "Mail programs and browsers warn of it. Name one that they trust in "
                                  "tls.certificate and tls.key."));
    const bool leaves = config.outbound.mode != Mode::hold;
    list.push_back(task("outbound", leaves,
                        leaves ? "Mail for other servers leaves" : "Mail for other servers is held",
                        config.outbound.mode == Mode::smarthost ? "All of it goes by the smarthost."
                        : leaves ? "It goes to the servers of its recipients, by port 25."
                                 : "Nothing leaves this server while outbound.mode is hold."));
    return list;
}

json::value free_space(const std::filesystem::path& directory)
{
    std::error_code error;
    const auto space = std::filesystem::space(directory, error);
    if (error) return nullptr;
    json::object object;
    object["free"] = space.available;
    object["size"] = space.capacity;
    return object;
}

awaitable<Response> show_overview(Administration administration,
                                  std::chrono::steady_clock::time_point started, const Context& context)
{
    auto& store = administration.services.store;
    const auto& request = context.request;
    const auto accounts = co_await store.accounts().list();
    if (!accounts) co_return http::problem(request, accounts.error());
    const auto domains = co_await store.accounts().domains();
    if (!domains) co_return http::problem(request, domains.error());
    const auto aliases = co_await store.accounts().aliases();
    if (!aliases) co_return http::problem(request, aliases.error());
    const auto queued = co_await store.queue().list(most_looked_at);
    if (!queued) co_return http::problem(request, queued.error());
    std::uint64_t messages = 0;
    std::uint64_t octets = 0;
    for (const auto& account : *accounts) {
        messages += account.messages;
        octets += account.octets;
    }

    const auto config = administration.services.config();
    const auto up = std::chrono::steady_clock::now() - started;
    json::object object;
    object["version"] = PILLARBOX_VERSION;
    object["hostname"] = administration.services.hostname;
    object["up"] = std::chrono::duration_cast<std::chrono::seconds>(up).count();
    object["accounts"] = accounts->size();
    object["domains"] = domains->size();
    object["aliases"] = aliases->size();
    object["messages"] = messages;
    object["octets"] = octets;
    object["queue"] = describe_queue(*queued);
    object["disk"] = free_space(config->data_dir);
    object["tasks"] = tasks(*config, !domains->empty());
    co_return json_response(object);
}

} // namespace

void add_admin_overview(http::Router& router, Administration administration)
{
    router.add("GET", "/api/v1/admin/overview", http::Access::administrator,
               [administration, started = std::chrono::steady_clock::now()](const Context& c) {
                   return show_overview(administration, started, c);
               });
}

} // namespace pillarbox::api
