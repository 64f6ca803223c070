#pragma once

#include "server/base/config.hpp"

#include <string>

namespace pillarbox::demo {

/// What `serve --demo` starts from: loopback only, unprivileged ports, data in
/// ./data. Settings that are given still win.
Config defaults();

/// Makes the demo's domain, accounts and catch-all unless they are there.
/// Their passwords are made at the first start and kept beside the data, so
/// that the next start can show them again. Throws admin::Failed.
void prepare(const Config& config);

/// What to point a mail client and a browser at, and with which passwords.
std::string welcome(const Config& config);

} // namespace pillarbox::demo
