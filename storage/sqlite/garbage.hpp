#pragma once

namespace pillarbox::storage::sqlite {

struct Core;

// How the octets of removed bodies go back to the disk. For the upkeep's
// thread: they wait for the writer.

/// Whether another process reads bodies: then nothing is given back or moved.
/// When in doubt, it does.
bool others_read(Core& core);

/// Gives back some of what nobody reads any more. Whether there is more of it.
bool free_garbage(Core& core);

/// Removes the segments that have no body any more.
void remove_empty_segments(Core& core);

} // namespace pillarbox::storage::sqlite
