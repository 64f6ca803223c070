#pragma once

#include "server/base/config.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox {

struct FirstStart
{
    std::vector<std::string> lines{}; // to show the operator: a generated password, perhaps
    bool awaits_setup = false;        // nobody has an account, and nothing says who should
};

/// Makes the domain and the administrator that setup.* name, unless they are
/// there. Throws admin::Failed or what opening the store throws.
FirstStart first_start(const Config& config);

/// How to set up a server that waits for it: with the code in a browser, on the
/// ports given (0: none), or with verbs.
std::string setup_notice(std::string_view code, std::string_view hostname, std::uint16_t http,
                         std::uint16_t https);

} // namespace pillarbox
