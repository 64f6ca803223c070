#pragma once

#include "server/base/log.hpp"
#include "storage/api_tokens.hpp"
#include "storage/sessions.hpp"
#include "web/http/message.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pillarbox::http {

/// What a handler is told. It lives until the handler has answered.
struct Context
{
    Request request;
    std::vector<std::pair<std::string, std::string>> parameters; // of the path, decoded
    storage::WebSession session;                                 // whose; empty without Access::signed_in
    storage::ApiToken token{};                                   // the program's; with id 0 it is a browser
    Log log;

    /// A parameter of the path; the route has it.
    const std::string& parameter(std::string_view name) const;
    storage::AccountId account() const { return session.account; }
};

/// Who may call.
enum class Access
{
    open,
    signed_in,     // 401 without a session, whose token writes need, or a program's token
    sending,       // likewise, but the program's must be one for sending
    in_person,     // likewise, but programs do not get in
    administrator, // as signed_in, and 403 for everybody else
    published,     // whoever, by any host name, without TLS too: no method changes anything
};

/// Answers one kind of request. The context outlives the awaitable.
using Handler = std::function<awaitable<Response>(const Context& context)>;

/// Method and path to handler. Filled before the first request, then shared
/// by all threads.
class Router
{
public:
    struct Route
    {
        std::string method;  // GET answers HEAD too
        std::string pattern; // "/api/v1/mailboxes/{id}"
        Access access = Access::open;
        Handler handler;
        std::uint64_t upload = 0; // octets of a file that the body may be; 0: it is JSON
    };

    void add(std::string_view method, std::string_view pattern, Access access, Handler handler,
             std::uint64_t upload = 0);

    struct Match
    {
        const Route* route = nullptr; // none: see the other two
        std::vector<std::pair<std::string, std::string>> parameters;
        std::string allow;      // methods that the path has; empty: no such path
        bool malformed = false; // percent-encoding that is none
    };

    Match find(std::string_view method, std::string_view path) const;

    const std::vector<Route>& routes() const { return routes_; }

private:
    std::vector<Route> routes_;
};

} // namespace pillarbox::http
