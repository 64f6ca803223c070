#pragma once

#include <string>
#include <string_view>

struct ssl_st;

namespace pillarbox::net {

/// As of Stream::channel_binding(), after the handshake.
std::string channel_binding(ssl_st& ssl, std::string_view type);

} // namespace pillarbox::net
