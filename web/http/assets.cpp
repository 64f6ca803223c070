#include "web/http/assets.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>

namespace pillarbox::http {

namespace {

/// The weight of one item of Accept-Encoding, in thousandths; RFC 9110 §12.4.2.
int weight(std::string_view parameters)
{
    const auto found = parameters.find("q=");
    if (found == std::string_view::npos) return 1000;
    const auto text = ascii::trim(parameters.substr(found + 2));
    if (text.starts_with('1')) return 1000;
    int value = 0;
    int digit = 100;
    for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
        if (c < '0' || c > '9' || digit == 0) break;
        value += (c - '0') * digit;
        digit /= 10;
    }
    return value;
}

/// Paths that the application shows something for.
bool is_page(std::string_view path, bool setting_up)
{
    if (path == "/setup") return setting_up;
    for (const std::string_view page : {"/", "/sign-in", "/set-password", "/mail", "/search"})
        if (path == page) return true;
    for (const std::string_view page : {"overview", "domains", "accounts", "aliases", "queue"})
        if (path.starts_with("/admin/") && path.substr(7) == page) return true;
    const bool search = path.starts_with("/search/");
    if (!search && !path.starts_with("/mail/")) return false;
    const auto rest = path.substr(path.find('/', 1) + 1);
    const auto slash = rest.find('/');
    if (rest.empty() || slash == 0) return false;
    if (slash == std::string_view::npos) return true; // a message of a search, or a mailbox
    return !search && rest.find('/', slash + 1) == std::string_view::npos;
}

Response not_built()
{
    Response response;
    response.status = 503;
    response.fields.set("Content-Type", "text/plain; charset=utf-8");
    response.fields.set("Cache-Control", "no-store");
    response.body =
        "This server was built without the web application (PILLARBOX_WEB=OFF).\n"
        "Mail and the API under /api/v1 work. Build again with PILLARBOX_WEB=ON to read mail here.\n";
    return response;
}

} // namespace

const Asset* find_asset(std::string_view path)
{
    const auto all = assets();
    const auto found = std::ranges::lower_bound(all, path, {}, &Asset::path);
    return found != all.end() && found->path == path ? &*found : nullptr;
}

std::string_view choose_coding(std::string_view accept_encoding, bool brotli, bool gzip)
{
    int br = -1;
    int gz = -1;
    int any = 0;
    while (!accept_encoding.empty()) {
        const auto end = std::min(accept_encoding.find(','), accept_encoding.size());
        const auto item = accept_encoding.substr(0, end);
        accept_encoding.remove_prefix(std::min(end + 1, accept_encoding.size()));
        const auto semicolon = std::min(item.find(';'), item.size());
        const auto name = ascii::trim(item.substr(0, semicolon));
        const int q = weight(item.substr(semicolon));
        if (ascii::equal(name, "br"))
            br = q;
        else if (ascii::equal(name, "gzip") || ascii::equal(name, "x-gzip"))
            gz = q;
        else if (name == "*")
            any = q;
    }
    if (br < 0) br = any;
    if (gz < 0) gz = any;
    if (brotli && br > 0 && (br >= gz || !gzip)) return "br";
    return gzip && gz > 0 ? "gzip" : "";
}

Response serve_asset(const Request& request, const Asset& asset)
{
    const auto coding =
        choose_coding(request.field("Accept-Encoding"), !asset.brotli.empty(), !asset.gzip.empty());
    Response response;
    response.fields.set("Content-Type", asset.type);
    response.fields.set("Vary", "Accept-Encoding");
    response.fields.set("Cache-Control",
                        asset.immutable ? "public, max-age=31536000, immutable" : "no-cache");
    // Each coding is a representation of its own, RFC 9110 §8.8.3.3.
    const std::string suffix = coding.empty() ? "" : "-" + std::string(coding);
    const std::string etag = "\"" + std::string(asset.etag) + suffix + "\"";
    response.fields.set("ETag", etag);
    if (asset.path.starts_with("/frame/")) {
        // Fetched by a document whose origin is opaque.
        response.fields.set("Cross-Origin-Resource-Policy", "cross-origin");
    }
    if (etag_matches(request.field("If-None-Match"), etag)) {
        response.status = 304;
        return response;
    }
    if (!coding.empty()) response.fields.set("Content-Encoding", coding);
    response.embedded = coding == "br" ? asset.brotli : coding == "gzip" ? asset.gzip : asset.plain;
    return response;
}

Response serve_page(const Request& request, bool setting_up)
{
    const bool frame = request.path == "/frame/message" || request.path == "/frame/message-images";
    const auto* document = find_asset(frame ? "/frame/message.html" : "/index.html");
    if (!document) return not_built();
    auto response = serve_asset(request, *document);
    if (frame) {
        response.policy = request.path == "/frame/message" ? Policy::frame : Policy::frame_images;
        response.fields.set("Cross-Origin-Resource-Policy", "same-origin");
        return response;
    }
    response.policy = Policy::app;
    if (!is_page(request.path, setting_up)) {
        if (response.status == 304)
            response.embedded = document->plain; // a page that is not there has no copy
        response.status = 404;
    }
    return response;
}

} // namespace pillarbox::http
