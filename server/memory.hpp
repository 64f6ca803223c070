#pragma once

namespace pillarbox {

/// Freed memory stays with the process, up to a few MiB for each of the
/// allocator's arenas. Messages are read on one thread and sent on another: the
/// allocator would give back to the kernel what the next ones need at once,
/// and clearing those pages again costs more than reading the messages.
void keep_freed_memory();

} // namespace pillarbox
