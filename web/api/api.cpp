#include "web/api/api.hpp"

#include "web/api/admin.hpp"
#include "web/api/jobs.hpp"
#include "web/api/openapi.hpp"
#include "web/api/own_account.hpp"
#include "web/api/resources.hpp"

#include <memory>

namespace pillarbox::api {

namespace {

http::awaitable<http::Response> describe_api()
{
    http::Response response;
    response.fields.set("Content-Type", "application/json");
    response.embedded = openapi();
    co_return response;
}

} // namespace

void add_routes(http::Site& site, mailflow::Outbox& outbox, mailflow::Intake& intake)
{
    auto& router = site.router();
    router.add("GET", "/api/v1/openapi.json", http::Access::open,
               [](const http::Context&) { return describe_api(); });
    add_session(router, site.services());
    add_mailboxes(router, site.services());
    const auto structures = std::make_shared<Structures>();
    add_messages(site, router, structures);
    add_own_mailboxes(router, site.services());
    add_vault(router, site.services());
    const auto jobs = std::make_shared<Jobs>(site.streams());
    add_jobs(router, jobs);
    add_batch(router, site.services(), jobs);
    add_import(router, site.services(), jobs);
    add_export(router, site.services());
    add_parts(router, site.services(), structures);
    add_search(router, site.services());
    add_threads(router, site.services());
    const Composing composing{site.services(), outbox, structures,
                              std::make_shared<boost::asio::thread_pool>(1)};
    add_drafts(router, composing);
    add_events(router, site);
    add_sending(site, router, composing);
    add_devices(router, site.services());
    add_junk(router, site.services());
    add_trace(router, site.services());
    add_transcripts(router, site.services());
    add_setup(site, intake);
    add_autoconfig(router, site.services());
    add_mta_sts(router, site.services());
    const Administration administration{site.services(), std::make_shared<boost::asio::thread_pool>(1)};
    const Notices notices(site.services(), intake);
    add_password(router, administration, notices);
    add_reset_links(router, administration, notices);
    add_sessions(router, site.services());
    add_app_passwords(router, administration, notices);
    add_tokens(router, site.services(), notices);
    add_identities(router, site.services());
    add_settings(router, site.services());
    add_client_settings(router, site.services());
    add_admin_overview(router, administration);
    add_admin_accounts(router, administration);
    add_admin_domains(router, administration);
    add_admin_aliases(router, administration);
    add_admin_queue(router, administration);
    add_admin_suppressed(router, administration);
}

} // namespace pillarbox::api
