#pragma once

#include "storage/body.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pillarbox::http {

using boost::asio::awaitable;

/// Field lines in their order. Names compare without regard to case.
class Fields
{
public:
    using Line = std::pair<std::string, std::string>;

    void add(std::string_view name, std::string_view value) { lines_.emplace_back(name, value); }

    /// Adds the field, in place of all that had its name.
    void set(std::string_view name, std::string_view value);

    /// The first of that name; empty when there is none.
    std::string_view find(std::string_view name) const;
    bool contains(std::string_view name) const;

    const std::vector<Line>& lines() const { return lines_; }

private:
    std::vector<Line> lines_;
};

/// One request, whole: bodies are small here and read before anyone is asked.
/// Only a file that is sent along goes to a spool.
struct Request
{
    std::string method;
    std::string path;      // of the target, still percent-encoded; begins with '/'
    std::string query;     // behind the '?', still encoded
    std::string authority; // Host, or that of an absolute target; lower case
    Fields fields;
    std::string body;
    std::shared_ptr<const storage::Spool>
        upload;         // the body of a route that takes files; `body` is empty then
    unsigned minor = 1; // HTTP/1.minor
    bool keep_alive = true;

    bool secure = false; // came under TLS
    boost::asio::ip::address peer;
    std::string id; // of this request, for the log and for problems

    bool safe() const { return method == "GET" || method == "HEAD"; }
    std::string_view field(std::string_view name) const { return fields.find(name); }
};

/// Octets that are not in memory, front to back.
class Source
{
public:
    virtual ~Source() = default;

    /// The next piece; it holds until the next call. Empty: nothing is left,
    /// which is an error when fewer octets came than Response::source_size.
    virtual awaitable<storage::Result<std::string_view>> next() = 0;
};

/// Which Content-Security-Policy an answer carries; headers.cpp has them.
enum class Policy
{
    data,         // API answers and errors: nothing may load, nobody may frame it
    app,          // the application's shell
    frame,        // the message frame
    frame_images, // the message frame once the reader has asked for remote images
    part,         // something that came by mail: sandboxed
};

/// One answer. Its body is `body`, or `embedded` (octets of the program
/// itself), or what `source` gives.
struct Response
{
    unsigned status = 200;
    Fields fields;
    std::string body;
    std::string_view embedded;
    std::unique_ptr<Source> source;
    std::uint64_t source_size = 0; // octets
    bool endless = false;          // the source says when it ends, and the connection ends with it
    Policy policy = Policy::data;

    std::uint64_t size() const;
};

/// Percent-decoded; empty when malformed or when it holds a NUL.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

/// The parameters of a query, decoded. Empty when one is malformed.
std::optional<std::vector<Fields::Line>> parse_query(std::string_view query);

/// The value of one cookie of a Cookie field, RFC 6265 §4.2.1; empty when absent.
std::string_view find_cookie(std::string_view field, std::string_view name);

/// `Sun, 06 Nov 1994 08:49:37 GMT`, RFC 9110 §5.6.7.
std::string http_date(std::int64_t seconds);

/// Whether an If-None-Match field names `etag`; weak comparison, RFC 9110 §13.1.2.
bool etag_matches(std::string_view field, std::string_view etag);

} // namespace pillarbox::http
