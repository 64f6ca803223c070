#include "web/api/openapi.hpp"

extern "C" {
extern const char pillarbox_openapi_begin[];
extern const char pillarbox_openapi_end[];
}

namespace pillarbox::api {

std::string_view openapi()
{
    return {pillarbox_openapi_begin,
            static_cast<std::size_t>(pillarbox_openapi_end - pillarbox_openapi_begin)};
}

} // namespace pillarbox::api
