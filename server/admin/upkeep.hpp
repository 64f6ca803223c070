#pragma once

#include "server/base/config.hpp"
#include "storage/maintenance.hpp"

#include <cstdint>
#include <string>

namespace pillarbox::admin {

// What the verbs that look after the store as a whole have in common.

/// Where the store is, by the configuration.
storage::Options options_of(const Config& config);

/// "56.7 MB", in powers of ten.
std::string size_text(std::uint64_t octets);

/// `body_damaged: alice@example.org, Inbox, uid 3, "Subject": why (file)`.
std::string text_of(const storage::Finding& finding);

} // namespace pillarbox::admin
