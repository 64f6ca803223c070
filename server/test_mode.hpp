#pragma once

#include "server/base/config.hpp"
#include "server/base/log.hpp"

namespace pillarbox {

/// Says in the log that this is no server to keep mail on, if it is one.
void warn_of_test_mode(const Log& log, const Config& config);

/// Throws ConfigError when test.sink leads to no account, once there are any. Opens
/// the store for that.
void check_sink(const Config& config);

/// Throws ConfigError when `loaded` has another test.sink: mail that was sent on the
/// understanding that nothing leaves must not be on its way after a reload.
void keep_sink(const Config& now, const Config& loaded);

} // namespace pillarbox
