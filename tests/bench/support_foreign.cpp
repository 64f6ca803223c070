#include "tests/bench/support_foreign.hpp"

#include "tests/bench/support_socket.hpp"

#include <unistd.h>

#include <fstream>
#include <stdexcept>

namespace pillarbox::bench {

const passwd& nobody()
{
    const passwd* found = ::getpwnam("nobody");
    if (!found) throw std::runtime_error("there is no user nobody");
    return *found;
}

std::string ids_of_nobody(const char* separator)
{
    return std::to_string(nobody().pw_uid) + separator + std::to_string(nobody().pw_gid);
}

void give_to(const std::filesystem::path& path, const passwd& user)
{
    if (::chown(path.c_str(), user.pw_uid, user.pw_gid) != 0)
        throw std::runtime_error("cannot give away " + path.string() + "; this wants root");
}

void write_file(const std::filesystem::path& file, const std::string& text)
{
    std::ofstream out(file);
    out << text;
    out.close();
    if (!out) throw std::runtime_error("cannot write " + file.string());
}

std::uint16_t free_port()
{
    std::uint16_t port = 0;
    listen_on_loopback(port);
    return port;
}

} // namespace pillarbox::bench
