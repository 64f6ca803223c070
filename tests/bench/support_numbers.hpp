#pragma once

#include <vector>

namespace pillarbox::bench {

/// The value below which a part of them lies (0.5: the median, 0.99: p99).
/// NaN when there are none: a limit compared with it is broken.
double quantile(std::vector<double> values, double part);

double median(std::vector<double> values);

} // namespace pillarbox::bench
