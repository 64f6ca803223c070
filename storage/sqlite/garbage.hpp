#pragma once

namespace pillarbox::storage::sqlite {

struct Core;

// How octets that no row has any more go back to the disk: those of removed
// bodies, and those at places that bodies have left. For the upkeep's thread:
// they wait for the writer.

/// Whether another process reads bodies: then nothing is given back or moved.
/// When in doubt, it does.
bool others_read(Core& core);

/// Gives back some of what nobody reads any more. Whether there is more of it.
bool free_garbage(Core& core);

/// Removes the segments in which all is garbage that nobody reads any more,
/// but for the last one of each lane.
void remove_segments(Core& core);

} // namespace pillarbox::storage::sqlite
