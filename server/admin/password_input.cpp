#include "server/admin/password_input.hpp"

#include "server/admin/failed.hpp"
#include "server/admin/prepared_password.hpp"
#include "server/base/random.hpp"

#include <fmt/format.h>

#include <termios.h>
#include <unistd.h>

#include <fstream>
#include <iostream>

namespace pillarbox::admin {

namespace {

/// What is typed is not shown while this lives.
class NoEcho
{
public:
    NoEcho()
    {
        ::tcgetattr(STDIN_FILENO, &before_);
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    ~NoEcho() { ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }
    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;

private:
    termios before_{};
};

std::string read_line(std::istream& from)
{
    std::string line;
    std::getline(from, line);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return line;
}

std::string ask(std::string_view prompt)
{
    std::cerr << prompt << std::flush;
    const NoEcho no_echo;
    std::string typed = read_line(std::cin);
    std::cerr << '\n';
    return typed;
}

} // namespace

NewPassword read_new_password(bool from_stdin)
{
    if (from_stdin) return {prepare_password(read_line(std::cin))};
    if (::isatty(STDIN_FILENO) != 1) return {random_name(16), true};
    std::string password = ask("New password: ");
    if (ask("The same again: ") != password) throw Failed("the two differ; nothing was changed");
    return {prepare_password(password)};
}

std::string read_password_file(const std::string& path)
{
    std::ifstream file(path);
    if (!file) throw Failed(fmt::format("{}: the password file cannot be read", path));
    return check_password(read_line(file));
}

std::string read_password(const std::string& file, bool from_stdin, const std::string& prompt)
{
    if (!file.empty()) return read_password_file(file);
    if (from_stdin) return check_password(read_line(std::cin));
    if (::isatty(STDIN_FILENO) != 1)
        throw Failed("there is no terminal to ask for the password; give it with --password-file or "
                     "--password-stdin");
    return check_password(ask(prompt));
}

} // namespace pillarbox::admin
