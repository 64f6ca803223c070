#include "web/http/problem.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace pillarbox::http {

std::string_view reason_phrase(unsigned status)
{
    switch (status) {
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 202:
        return "Accepted";
    case 204:
        return "No Content";
    case 206:
        return "Partial Content";
    case 304:
        return "Not Modified";
    case 308:
        return "Permanent Redirect";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 412:
        return "Precondition Failed";
    case 413:
        return "Content Too Large";
    case 414:
        return "URI Too Long";
    case 415:
        return "Unsupported Media Type";
    case 416:
        return "Range Not Satisfiable";
    case 417:
        return "Expectation Failed";
    case 421:
        return "Misdirected Request";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 501:
        return "Not Implemented";
    case 503:
        return "Service Unavailable";
    case 505:
        return "HTTP Version Not Supported";
    case 507:
        return "Insufficient Storage";
    default:
        return "Unknown";
    }
}

namespace {

std::string_view name_of(unsigned status)
{
    switch (status) {
    case 401:
        return "not-signed-in";
    case 403:
        return "forbidden";
    case 404:
        return "not-found";
    case 409:
        return "conflict";
    case 412:
        return "changed";
    case 413:
        return "too-large";
    case 429:
        return "rate-limited";
    case 500:
        return "internal";
    case 503:
        return "busy";
    case 507:
        return "quota";
    default:
        return "invalid";
    }
}

} // namespace

Response problem(const Request& request, unsigned status, std::string_view name, std::string_view detail,
                 std::vector<FieldError> errors)
{
    boost::json::object object;
    object["type"] = "urn:pillarbox:problem:" + std::string(name);
    object["title"] = reason_phrase(status);
    object["status"] = status;
    object["detail"] = detail;
    if (!request.id.empty()) object["instance"] = request.id;
    if (!errors.empty()) {
        boost::json::array list;
        for (const auto& error : errors) {
            boost::json::object item;
            item["pointer"] = error.pointer;
            item["detail"] = error.detail;
            if (error.offset) item["offset"] = *error.offset;
            list.push_back(std::move(item));
        }
        object["errors"] = std::move(list);
    }

    Response response;
    response.status = status;
    response.fields.set("Content-Type", "application/problem+json");
    response.fields.set("Cache-Control", "no-store");
    response.body = boost::json::serialize(object);
    return response;
}

Response problem(const Request& request, unsigned status, std::string_view detail)
{
    return problem(request, status, name_of(status), detail);
}

Response problem(const Request& request, boost::system::error_code error)
{
    if (error == storage::Errc::not_found) return problem(request, 404, "There is no such thing here.");
    if (error == storage::Errc::out_of_space || error == storage::Errc::over_quota)
        return problem(request, 507, "There is no room left to store this.");
    auto response = problem(request, 503, "The mail store cannot answer just now. Try again in a moment.");
    response.fields.set("Retry-After", "5");
    return response;
}

} // namespace pillarbox::http
