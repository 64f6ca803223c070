#pragma once

#include "server/base/config.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::setting {

using Values = std::vector<std::string>;

/// A key, and how what is written there becomes part of the Config.
struct Key
{
    std::string_view name;
    bool list = false;
    /// A key that is no list gets exactly one value. Throws BadValue.
    std::function<void(Config&, const Values&)> apply;
};

/// Every key there is.
const std::vector<Key>& keys();

/// Those of them that say what becomes of mail: outbound, mta_sts, verify and junk.
const std::vector<Key>& mail_keys();

} // namespace pillarbox::setting
