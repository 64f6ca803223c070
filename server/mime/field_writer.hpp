#pragma once

#include "server/mime/address_list.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::mime {

/// How text that is not ASCII stands in a header section.
enum class HeaderForm
{
    ascii, // as encoded words, RFC 2047
    utf8   // as it is, RFC 6532: for messages that need SMTPUTF8 anyway
};

// Each writes one field, folded (RFC 5322 §2.2.3), with CRLF. Names are ours;
// values are UTF-8 of any origin: nothing in them can begin another field.

/// A field of free text, RFC 5322 §3.6.5. White space becomes single spaces.
std::string text_field(std::string_view name, std::string_view value, HeaderForm form);

/// A list of addresses, RFC 5322 §3.4. What is_address() refuses is written as
/// a name without an address, so that a draft keeps it. Empty without any.
std::string address_field(std::string_view name, const std::vector<Address>& people, HeaderForm form);

/// A list of msg-ids, RFC 5322 §3.6.4; what is none is left out. Empty without any.
std::string id_field(std::string_view name, const std::vector<std::string>& ids);

/// `; name="value"` on a line of its own, or as RFC 2231 has it where the
/// value is not ASCII, or long.
std::string parameter(std::string_view name, std::string_view value);

/// `; name="value"` with encoded words in it, which no standard knows and old
/// readers of mail do (RFC 2047 §5 forbids it).
std::string encoded_parameter(std::string_view name, std::string_view value);

/// Whether `text` is one addr-spec and nothing else, RFC 5322 §3.4.1, also with
/// UTF-8 in it (RFC 6532 §3.2).
bool is_address(std::string_view text);

} // namespace pillarbox::mime
