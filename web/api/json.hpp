#pragma once

#include "server/mime/address_list.hpp"
#include "storage/types.hpp"
#include "web/http/message.hpp"
#include "web/http/problem.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::api {

// What people may enter, in octets.
inline constexpr std::size_t longest_address = 254;
inline constexpr std::size_t longest_sender = 320; // whom a person trusts or blocks
inline constexpr std::size_t longest_password = 256;
inline constexpr std::size_t longest_code = 100; // of a link, as it is written

constexpr std::size_t deepest_json = 32;
constexpr std::size_t most_json_keys = 2500; // a letter to a thousand people, with their names

/// The members of a request's JSON object, taken one by one. What is wrong is
/// collected and answered together: refusal() after the last was taken.
class Members
{
public:
    explicit Members(const http::Request& request);

    /// A text of at most `most` octets without NUL; empty, and noted, when it
    /// is missing or something else.
    std::string text(std::string_view name, std::size_t most);

    /// The same when the member may be missing or empty; absent when it is missing.
    std::optional<std::string> optional_text(std::string_view name, std::size_t most);

    /// A list of people, `{name, address}`, at most `most`: absent when it is
    /// missing. What they are called is not looked into.
    std::optional<std::vector<mime::Address>> people(std::string_view name, std::size_t most);

    /// One of them.
    std::optional<mime::Address> person(std::string_view name);

    /// A list of at most `most` texts, each of at most `longest` octets and not
    /// empty; absent when it is missing.
    std::optional<std::vector<std::string>> texts(std::string_view name, std::size_t most,
                                                  std::size_t longest);

    /// A truth value; absent when the member is. Noted when something else.
    std::optional<bool> flag(std::string_view name);

    /// A whole number up to `most`; absent when the member is, or is null. Noted
    /// when something else.
    std::optional<std::uint64_t> count(std::string_view name, std::uint64_t most);

    /// A word of these; empty, and noted, when it is missing or something else.
    std::string choice(std::string_view name, std::initializer_list<std::string_view> words);

    /// The same when the member may be missing; absent then.
    std::optional<std::string> optional_choice(std::string_view name,
                                               std::span<const std::string_view> words);

    /// 400 when the body is no object, or a member was wrong or is unknown.
    std::optional<http::Response> refusal();

private:
    const boost::json::value* take(std::string_view name);
    void note(std::string_view name, std::string_view detail);
    void note_choice(std::string_view name, std::span<const std::string_view> words);
    std::optional<mime::Address> read_person(std::string_view name, const boost::json::value& value);

    const http::Request& request_;
    boost::json::object object_;
    std::string broken_;
    std::vector<std::string> known_;
    std::vector<http::FieldError> errors_;
};

/// An answer of JSON, 200.
http::Response json_response(const boost::json::value& value);

/// It is done, and there is nothing to say: 204.
http::Response no_content();

/// Seconds since the epoch as `2025-11-25T17:22:01Z`, RFC 3339.
std::string format_time(storage::Time time);
/// The same as a member's value: null where there is none.
boost::json::value describe_time(std::optional<storage::Time> time);

/// An id of the API: a decimal number above zero, opaque to clients.
template <class Id>
std::string format_id(Id id)
{
    return std::to_string(static_cast<std::int64_t>(id));
}

/// Empty when it is none; ids that are malformed lead nowhere, so that is 404.
std::optional<std::int64_t> parse_id(std::string_view text);

/// A query parameter; the first of its name.
std::optional<std::string> parameter(const std::vector<http::Fields::Line>& query, std::string_view name);

/// Takes part in the answer's caching: 304 instead when the client has it.
http::Response with_etag(const http::Request& request, std::string_view etag, http::Response response);

/// 304 with its ETag, when If-None-Match names it.
std::optional<http::Response> not_modified(const http::Request& request, std::string_view etag);

} // namespace pillarbox::api
