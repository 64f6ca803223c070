#include "server/admin/address.hpp"

#include "server/admin/failed.hpp"
#include "server/base/ascii.hpp"
#include "server/base/domain_name.hpp"
#include "server/base/precis.hpp"
#include "server/base/setting_values.hpp"
#include "server/base/utf8_text.hpp"

#include <fmt/format.h>

namespace pillarbox::admin {

namespace {

/// RFC 5321 §4.1.2, Dot-string; octets of UTF-8 are taken as RFC 6531 has them.
bool is_dot_string(std::string_view text)
{
    static constexpr std::string_view specials = "!#$%&'*+-/=?^_`{|}~";
    if (text.empty() || text.size() > 64 || text.front() == '.' || text.back() == '.') return false;
    char before = 0;
    for (const char c : text) {
        const char l = ascii::lower(c);
        const bool atom = (l >= 'a' && l <= 'z') || ascii::is_digit(l) ||
                          specials.find(c) != std::string_view::npos || static_cast<unsigned char>(c) >= 0x80;
        if (!atom && !(c == '.' && before != '.')) return false;
        before = c;
    }
    return true;
}

} // namespace

std::string parse_address(std::string_view text)
{
    const auto at = text.rfind('@');
    if (at == std::string_view::npos || !is_dot_string(text.substr(0, at)))
        throw Failed(fmt::format("'{}' is no address; write NAME@DOMAIN, such as alice@example.org", text));
    const auto name = precis::user_name(text.substr(0, at));
    // Prepared, it may have got an '@' or a dot out of a full-width one.
    if (!name || !is_dot_string(*name))
        throw Failed(fmt::format("'{}' has characters that no name can have, or that do not go together (RFC "
                                 "8265); write letters and digits of one script",
                                 text));
    return *name + '@' + parse_domain(text.substr(at + 1));
}

std::string parse_target(std::string_view text)
{
    const auto address = parse_address(text);
    const auto local_part = text.substr(0, text.rfind('@'));
    if (utf8::beyond_ascii(local_part)) return address;
    return std::string(local_part) + address.substr(address.rfind('@'));
}

std::string parse_alias_address(std::string_view text)
{
    if (text.starts_with('@')) return '@' + parse_domain(text.substr(1));
    return parse_address(text);
}

std::string parse_domain(std::string_view text)
{
    const auto ascii = domain_name::to_ascii(text);
    try {
        return setting::parse_host_name(ascii.value_or(std::string(text)));
    } catch (const setting::BadValue&) {
        throw Failed(fmt::format("'{}' is no domain; write one such as example.org or bücher.example", text));
    }
}

} // namespace pillarbox::admin
