#pragma once

#include "tests/support/failing_files.hpp"

#include <memory>

namespace pillarbox::storage {

/// From here on SQLite gets no memory whenever `faults` says that a call
/// fails; null: it always does, as usual. No database may be open.
void fail_memory(std::shared_ptr<Faults> faults);

} // namespace pillarbox::storage
