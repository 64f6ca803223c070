#pragma once

#include <string>

namespace pillarbox::admin {

/// A new password, and whether it was made up here and must be shown.
struct NewPassword
{
    std::string text;
    bool generated = false;
};

/// From standard input (its first line) when asked to; else typed twice at
/// the terminal; else, without a terminal, a generated one. Throws Failed when
/// it is empty, too long, or typed differently.
NewPassword read_new_password(bool from_stdin);

/// The first line of a file, without its line end. Throws Failed.
std::string read_password_file(const std::string& path);

} // namespace pillarbox::admin
