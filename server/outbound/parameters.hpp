#pragma once

#include "server/outbound/client.hpp"
#include "server/outbound/extensions.hpp"

#include <cstddef>
#include <string>

namespace pillarbox::outbound {

/// What stands behind the path in MAIL, with a space in front of each: what
/// applies to the message, and the server offers. Pure.
std::string mail_parameters(const Envelope& envelope, const Extensions& offered, bool eight_bit);

/// The same for RCPT of the recipient with that index.
std::string rcpt_parameters(const Envelope& envelope, std::size_t recipient, const Extensions& offered);

} // namespace pillarbox::outbound
