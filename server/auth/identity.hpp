#pragma once

#include "storage/accounts.hpp"

#include <optional>
#include <string>

namespace pillarbox::auth {

/// Who signed in.
struct Identity
{
    storage::AccountId account{};
    std::string address;
    std::string device; // the app password's label; empty for the account's own password
    bool admin = false;
    storage::Pop3Terms pop3{};
    std::string suffix{}; // what stood behind the '+' of the name, where that is not the account's own
    /// Set if this was remembered, and holds only as long as nothing has changed.
    std::optional<storage::SignInVersion> as_of{};
};

} // namespace pillarbox::auth
