#pragma once

#include <cstdlib>

namespace pillarbox::test {

/// A number from the environment, for those who want more of a test, or the
/// same again.
inline unsigned from_environment(const char* name, unsigned otherwise)
{
    const char* const value = std::getenv(name);
    return value ? static_cast<unsigned>(std::strtoul(value, nullptr, 10)) : otherwise;
}

} // namespace pillarbox::test
