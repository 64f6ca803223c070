#include "tests/bench/support_numbers.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace pillarbox::bench {

double quantile(std::vector<double> values, double part)
{
    if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
    const auto last = values.size() - 1;
    const auto at = std::min(last, static_cast<std::size_t>(static_cast<double>(values.size()) * part));
    std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(at));
    return values[at];
}

double median(std::vector<double> values)
{
    return quantile(std::move(values), 0.5);
}

} // namespace pillarbox::bench
