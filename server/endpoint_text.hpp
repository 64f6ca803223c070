#pragma once

#include "server/base/config.hpp"

#include <fmt/format.h>

#include <string>

namespace pillarbox {

/// `127.0.0.1:25`, `[::1]:25`.
inline std::string text_of(const Endpoint& endpoint)
{
    const bool v6 = endpoint.address.find(':') != std::string::npos;
    return v6 ? fmt::format("[{}]:{}", endpoint.address, endpoint.port)
              : fmt::format("{}:{}", endpoint.address, endpoint.port);
}

} // namespace pillarbox
