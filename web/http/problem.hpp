#pragma once

#include "storage/result.hpp"
#include "web/http/message.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::http {

/// What went wrong with one member of a request.
struct FieldError
{
    std::string pointer; // JSON pointer, RFC 6901
    std::string detail;
    std::optional<std::size_t> offset = std::nullopt; // octets into the member's text, where it is known
};

/// An error as RFC 9457 has it, `urn:pillarbox:problem:NAME`. `detail` is fit
/// to show a person.
Response problem(const Request& request, unsigned status, std::string_view name, std::string_view detail,
                 std::vector<FieldError> errors = {});

/// The same with the name that belongs to the status.
Response problem(const Request& request, unsigned status, std::string_view detail);

/// What the store could not do: someone else's mail is not found, never
/// forbidden; a store that stopped is busy.
Response problem(const Request& request, boost::system::error_code error);

/// `Not Found` and the like.
std::string_view reason_phrase(unsigned status);

} // namespace pillarbox::http
