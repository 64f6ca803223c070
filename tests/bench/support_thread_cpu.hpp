#pragma once

namespace pillarbox::bench {

/// What the calling thread has used of a core so far, in seconds.
double thread_cpu();

} // namespace pillarbox::bench
