#include "web/http/headers.hpp"

#include "server/base/ascii.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <chrono>
#include <string>

namespace pillarbox::http {

std::string_view content_security_policy(Policy policy)
{
    switch (policy) {
    case Policy::data:
        return "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    case Policy::app:
        return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
               "connect-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; "
               "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
               "trusted-types 'none'";
    case Policy::frame:
        return "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
               "script-src 'self'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; "
               "form-action 'none'; frame-ancestors 'self'";
    case Policy::frame_images:
        return "sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
               "script-src 'self'; style-src 'unsafe-inline'; img-src data: blob: https: http:; "
               "base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
    case Policy::part:
        return "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }
    return "default-src 'none'";
}

void finish(const Request& request, Response& response)
{
    auto& fields = response.fields;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    fields.set("Date", http_date(std::chrono::duration_cast<std::chrono::seconds>(now).count()));
    fields.set("Content-Security-Policy", content_security_policy(response.policy));
    fields.set("X-Content-Type-Options", "nosniff");
    fields.set("Referrer-Policy", "no-referrer");
    fields.set("Cross-Origin-Opener-Policy", "same-origin");
    // The frame's scripts are the exception: its origin is opaque.
    if (!fields.contains("Cross-Origin-Resource-Policy"))
        fields.set("Cross-Origin-Resource-Policy", "same-origin");
    fields.set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()");
    if (!fields.contains("Cache-Control")) fields.set("Cache-Control", "private, no-cache");
    // Not for localhost: HSTS knows no ports, and would take plain HTTP beside it away.
    if (request.secure && judge_host(request.authority, {}) != Host::local)
        fields.set("Strict-Transport-Security", "max-age=31536000"); // RFC 6797 §6.1
}

std::string_view host_of(std::string_view authority)
{
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        if (end == std::string_view::npos) return {};
        const auto rest = authority.substr(end + 1);
        return rest.empty() || rest.front() == ':' ? authority.substr(1, end - 1) : std::string_view{};
    }
    return authority.substr(0, authority.find(':'));
}

Host judge_host(std::string_view authority, std::string_view hostname)
{
    auto host = host_of(authority);
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(std::string(host), error);
    if (!error) return address.is_loopback() ? Host::local : Host::ours;
    if (host.ends_with('.')) host.remove_suffix(1);
    if (host == "localhost" || host.ends_with(".localhost")) return Host::local; // RFC 6761 §6.3
    return !host.empty() && ascii::equal(host, hostname) ? Host::ours : Host::unknown;
}

bool same_origin(const Request& request, bool proof)
{
    const auto site = request.field("Sec-Fetch-Site");
    if (!site.empty() && site != "same-origin" && site != "none") return false;
    const auto origin = request.field("Origin");
    const auto own = std::string(request.secure ? "https://" : "http://") + request.authority;
    if (!origin.empty() && !ascii::equal(origin, own)) return false;
    return !proof || !origin.empty() || !site.empty();
}

} // namespace pillarbox::http
