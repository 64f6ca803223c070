#pragma once

#include <string_view>

namespace pillarbox::api {

/// The OpenAPI 3.1 description of the API, as served; part of the program.
std::string_view openapi();

} // namespace pillarbox::api
