#pragma once

#include "server/base/config.hpp"

#include <string>

/// The policy of MTA-STS that this server publishes for its domains, RFC 8461.
namespace pillarbox::publish {

/// The file at `https://mta-sts.DOMAIN/.well-known/mta-sts.txt`, which is the
/// same for all of them, §3.2. Empty where none is published.
std::string sts_policy(const Config& config);

/// The text at `_mta-sts.DOMAIN`, §3.1. Its id is another one for each policy.
std::string sts_record(const Config& config);

} // namespace pillarbox::publish
