#pragma once

#include "web/http/message.hpp"

#include <string_view>

namespace pillarbox::http {

/// The Content-Security-Policy of each kind of answer.
std::string_view content_security_policy(Policy policy);

/// Adds what every answer carries: the policies, and HSTS under TLS.
void finish(const Request& request, Response& response);

/// What a Host field names.
enum class Host
{
    local,   // localhost or a loopback address: plain HTTP is safe there
    ours,    // the configured name, or an address
    unknown, // a name that somebody else points here (DNS rebinding)
};

/// Judges the authority of a request, in lower case, with or without a port.
Host judge_host(std::string_view authority, std::string_view hostname);

/// The authority without its port, and an IPv6 address without its brackets.
std::string_view host_of(std::string_view authority);

/// Whether a request that changes something comes from our own pages, by
/// Origin and Sec-Fetch-Site. With `proof`, one of the two must be there:
/// browsers send them, and a cookie alone proves nothing.
bool same_origin(const Request& request, bool proof);

} // namespace pillarbox::http
