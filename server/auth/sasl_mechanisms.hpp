#pragma once

#include "server/auth/sasl.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::auth::sasl {

/// Whether both are one name, in whatever form: RFC 8265 §3.3.
bool same_user(std::string_view a, std::string_view b);

/// CRAM-MD5, RFC 2195.
std::unique_ptr<Mechanism> make_cram_md5(const Terms& terms);

/// SCRAM-SHA-1 and SCRAM-SHA-256, RFC 5802 and RFC 7677, `plus` with channel
/// binding (RFC 5929, RFC 9266).
std::unique_ptr<Mechanism> make_scram(const Terms& terms, scram::Hash hash, bool plus);

/// OAUTHBEARER, RFC 7628.
std::unique_ptr<Mechanism> make_oauthbearer(const Terms& terms);

/// XOAUTH2, as Google and Microsoft describe it.
std::unique_ptr<Mechanism> make_xoauth2(const Terms& terms);

/// A saslname (RFC 5801 §4) without its escapes; nothing when they are none.
std::optional<std::string> name_of(std::string_view text);

} // namespace pillarbox::auth::sasl
