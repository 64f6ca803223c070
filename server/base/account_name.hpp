#pragma once

#include <string>
#include <string_view>

namespace pillarbox {

/// A name that somebody gives for an account, with a domain or without, to look
/// it up by and to compare it: the local part as precis::user_name_to_find()
/// has it, the domain in A-labels. What cannot be either stays as it is, but
/// for ASCII in lower case, and nobody has it. Pure.
std::string account_name(std::string_view text);

} // namespace pillarbox
