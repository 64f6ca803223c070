#pragma once

#include "server/mailflow/outbox.hpp"
#include "web/http/site.hpp"

namespace pillarbox::api {

/// Adds the API, /api/v1 and its openapi.json, to a site; once, before its
/// first request. The site outlives every request, and so do the outbox, which
/// sends what is written here, and the intake, which brings a first message.
void add_routes(http::Site& site, mailflow::Outbox& outbox, mailflow::Intake& intake);

} // namespace pillarbox::api
