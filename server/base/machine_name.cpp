#include "server/base/machine_name.hpp"

#include "server/base/setting_values.hpp"

#include <netdb.h>
#include <unistd.h>

#include <array>

namespace pillarbox {

std::string machine_name()
{
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
    addrinfo hints{};
    hints.ai_flags = AI_CANONNAME;
    addrinfo* found = nullptr;
    std::string full = name.data();
    if (::getaddrinfo(name.data(), nullptr, &hints, &found) == 0) {
        if (found->ai_canonname) full = found->ai_canonname;
        ::freeaddrinfo(found);
    }
    try {
        return setting::parse_host_name(full);
    } catch (const setting::BadValue&) {
        return "localhost"; // a machine may be called anything; a greeting may not
    }
}

} // namespace pillarbox
