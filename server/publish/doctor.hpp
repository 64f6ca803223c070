#pragma once

#include "server/base/config.hpp"
#include "server/publish/examine.hpp"
#include "server/publish/records.hpp"

#include <string>
#include <vector>

namespace pillarbox::publish {

/// A domain and what it has to publish.
struct Patient
{
    std::string domain;
    std::vector<Record> records;
};

/// Looks at all that mail of this server depends on: what DNS says of its
/// domains and of itself, whether mail can leave, the certificate, the clock.
/// What cannot be looked at is a finding, too. Waits, some seconds at most for
/// each question.
std::vector<Finding> diagnose(const Config& config, const std::vector<Patient>& domains);

} // namespace pillarbox::publish
