#pragma once

#include "storage/events.hpp"

#include <map>
#include <string>

namespace pillarbox::admin {

using AccountNames = std::map<storage::AccountId, std::string>;

/// What happened, as one tells it to a person: a sentence without its time.
/// `accounts` has their addresses, `now` says what is over.
std::string in_words(const storage::Event& event, const AccountNames& accounts, storage::Time now);

} // namespace pillarbox::admin
