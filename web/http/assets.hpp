#pragma once

#include "web/http/message.hpp"

#include <span>
#include <string_view>

namespace pillarbox::http {

/// One file of the built application, part of the program.
struct Asset
{
    std::string_view path; // "/assets/mail-3f9c2b1a.js"; the shell is "/index.html"
    std::string_view type;
    std::string_view etag;  // without its quotes
    bool immutable = false; // the name holds a hash of the content
    std::string_view plain;
    std::string_view brotli; // empty when it saves nothing
    std::string_view gzip;   // the same
};

/// All of them, sorted by path; empty in a server built without the application.
/// Defined by the build.
std::span<const Asset> assets();

const Asset* find_asset(std::string_view path);

/// The best that Accept-Encoding allows, RFC 9110 §12.5.3, or 304.
Response serve_asset(const Request& request, const Asset& asset);

/// The coding that a field allows among those there are: "br", "gzip", or ""
/// for none. br wins where both are as good.
std::string_view choose_coding(std::string_view accept_encoding, bool brotli, bool gzip);

/// The page for a path that is no asset: the application's shell, with 404 for
/// paths it has no page for; that to set the server up is one while `setting_up`.
/// Without an application, plain text that says so.
Response serve_page(const Request& request, bool setting_up = false);

} // namespace pillarbox::http
