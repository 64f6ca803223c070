#include "web/api/api.hpp"

#include "web/api/openapi.hpp"
#include "web/api/resources.hpp"

#include <memory>

namespace pillarbox::api {

namespace {

http::awaitable<http::Response> describe()
{
    http::Response response;
    response.fields.set("Content-Type", "application/json");
    response.embedded = openapi();
    co_return response;
}

} // namespace

void add_routes(http::Site& site, mailflow::Outbox& outbox)
{
    auto& router = site.router();
    router.add("GET", "/api/v1/openapi.json", http::Access::open,
               [](const http::Context&) { return describe(); });
    add_session(router, site.services());
    add_mailboxes(router, site.services());
    const auto structures = std::make_shared<Structures>();
    add_messages(router, site.services(), structures);
    add_parts(router, site.services(), structures);
    add_search(router, site.services());
    const Composing composing{site.services(), outbox, structures,
                              std::make_shared<boost::asio::thread_pool>(1)};
    add_drafts(router, composing);
    add_events(router, site);
    add_sending(router, composing);
    add_devices(router, site.services());
    add_trace(router, site.services());
    add_transcripts(router, site.services());
}

} // namespace pillarbox::api
