#include "web/http/assets.hpp"

namespace pillarbox::http {

std::span<const Asset> assets()
{
    return {};
}

} // namespace pillarbox::http
