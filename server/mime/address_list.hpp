#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::mime {

/// Addresses parsed in one field; the rest are counted.
inline constexpr std::size_t most_addresses = 1000;

/// One mailbox of a From, To, Cc or like field.
struct Address
{
    std::string name;    // display name or trailing comment: one line of UTF-8, may be empty
    std::string address; // addr-spec without comments and white space; empty when there was none
    int group = -1;      // index into AddressList::groups
};

struct AddressList
{
    std::vector<Address> addresses;
    std::vector<std::string> groups; // their names; a group may have no members
    std::size_t total = 0;           // addresses in the field, beyond the limit included
};

/// Reads an address list, RFC 5322 §3.4, with the obsolete forms of §4.4
/// (routes, white space and comments anywhere, empty elements, periods in
/// names), UTF-8 (RFC 6532) and encoded words in names. It never fails: what
/// has no "@" becomes a name without an address, a semicolon outside a group
/// parts addresses, an unclosed quote is an ordinary character. One pass.
AddressList parse_address_list(std::string_view body);

/// The first msg-id of a field such as References, In-Reply-To or Message-ID,
/// angle brackets included (RFC 5322 §3.6.4); empty when there is none.
std::string first_message_id(std::string_view body);

/// At most `most` msg-ids in their order.
std::vector<std::string> message_ids(std::string_view body, std::size_t most);

} // namespace pillarbox::mime
