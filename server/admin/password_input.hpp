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
/// it cannot be one, or is typed differently.
NewPassword read_new_password(bool from_stdin);

/// The first line of a file, without its line end. Throws Failed.
std::string read_password_file(const std::string& path);

/// A password somebody has elsewhere: the first line of `file`, or of standard
/// input when asked to; else typed at the terminal behind `prompt`. Throws Failed,
/// also when there is no terminal.
std::string read_password(const std::string& file, bool from_stdin, const std::string& prompt);

} // namespace pillarbox::admin
