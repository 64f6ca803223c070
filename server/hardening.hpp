#pragma once

namespace pillarbox {

/// Nothing this process writes is for others, nor what is in its memory: files
/// are its owner's, there are no core dumps, and no program gains privileges.
void harden_process();

} // namespace pillarbox
