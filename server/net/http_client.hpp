#pragma once

#include "server/base/config.hpp"
#include "server/net/tls_trust.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pillarbox::net {

/// A question to another server, HTTP/1.1 on a connection of its own.
struct HttpQuestion
{
    enum class Method
    {
        get,
        post // `body`
    };

    HttpUrl url;
    Method method = Method::post;
    std::vector<boost::asio::ip::address> addresses{}; // of the host; empty: the system is asked
    std::string accept = "application/json";
    std::string authorization; // the field's value; may be empty
    std::string content_type;
    std::string body;
    std::vector<std::pair<std::string, std::string>>
        fields{};                                        // more of them; values are as they may be there
    std::chrono::milliseconds patience{10'000};          // for all of it, the name's look-up included
    std::size_t longest_answer = std::size_t{64} * 1024; // octets of its body
};

struct HttpAnswer
{
    unsigned status = 0;
    std::string content_type; // the field's value; may be empty
    std::string body;
};

/// Why there is no answer, for the operator's log.
struct HttpFailure
{
    HttpFailure() = default;
    explicit HttpFailure(std::string_view reason, bool refused = false)
        : why(reason), certificate_refused(refused)
    {}

    std::string why;
    bool certificate_refused = false; // the server is not whom we trust
};

/// Asks. Redirections are answers like others. Under https the server must be
/// whom `trust` believes; that outlives the question. On a reactor, whose thread
/// it leaves free.
boost::asio::awaitable<boost::system::result<HttpAnswer, HttpFailure>> ask(HttpQuestion question,
                                                                           const TlsTrust& trust);

} // namespace pillarbox::net
