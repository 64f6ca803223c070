#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The Authentication-Results field, RFC 8601. Pure.
namespace pillarbox::mailauth {

/// What one method says: `spf=pass smtp.mailfrom=example.org`.
struct MethodResult
{
    std::string method; // "spf", "dkim", "arc", "dmarc", "iprev"
    std::string result; // "pass"
    std::string reason{};
    std::vector<std::pair<std::string, std::string>>
        properties{}; // "smtp.mailfrom", its value; empty ones are left out
};

/// The field with CRLF, folded so that lines stay within 78 octets where words
/// allow it. `authserv_id` is a host name. Values may come from anybody: what
/// is no token is quoted, and what no field may have becomes '?'.
std::string authentication_results(std::string_view authserv_id, const std::vector<MethodResult>& results);

/// "spf=pass smtp.mailfrom=example.org; dmarc=pass ...": the same for people.
std::string in_one_line(const std::vector<MethodResult>& results);

/// What a field that we wrote says, in its order: method and result, and the domain
/// that each is of: `smtp.mailfrom`, `header.d` and `header.from`. Of what nobody here
/// wrote anything may come out.
std::vector<MethodResult> parse_results(std::string_view body);

/// `body` with a space in place of each comment, RFC 5322 §3.2.2, as others write them
/// between results. What stands in quotes stays.
std::string without_comments(std::string_view body);

/// Whether the body of such a field claims to be from `authserv_id`, RFC 8601
/// §5. Comments before it, quotes and any version do not hide it.
bool claims_to_be_from(std::string_view body, std::string_view authserv_id);

} // namespace pillarbox::mailauth
