#pragma once

#include <string_view>

namespace pillarbox {

/// Tells systemd `state` ("READY=1", "STOPPING=1"), as sd_notify(3) describes
/// it, when $NOTIFY_SOCKET names a socket; otherwise does nothing. Never fails
/// the caller: a manager that does not listen is no reason to stop.
void notify_service_manager(std::string_view state) noexcept;

} // namespace pillarbox
