#pragma once

#include "web/http/site.hpp"

namespace pillarbox::api {

/// Adds the API, /api/v1 and its openapi.json, to a site; once, before its
/// first request. The site outlives every request.
void add_routes(http::Site& site);

} // namespace pillarbox::api
