#pragma once

#include <optional>
#include <string>
#include <string_view>

/// Names and passwords in one form, however a keyboard or a program wrote them:
/// PRECIS, RFC 8264, with the profiles of RFC 8265. Pure.
namespace pillarbox::precis {

/// A user name, RFC 8265 §3.3 (UsernameCaseMapped): letters of full and half
/// width become usual ones, in lower case and composed (NFC). Nothing for what
/// cannot be one: empty, no UTF-8, with a space, a symbol, a control or an
/// unassigned character, or with directions that do not go together (RFC 5893).
/// ASCII is all allowed but spaces and controls.
std::optional<std::string> user_name(std::string_view text);

/// The same to look somebody up by: what cannot be a name stays as it is, but
/// for ASCII in lower case, and nobody has it.
std::string user_name_to_find(std::string_view text);

/// A password, RFC 8265 §4.2 (OpaqueString): every kind of space becomes ASCII's,
/// and it is composed (NFC); case and width stay. Nothing for one that is empty,
/// no UTF-8, or with a control or an unassigned character.
std::optional<std::string> password(std::string_view text);

} // namespace pillarbox::precis
