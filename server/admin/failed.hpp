#pragma once

#include <stdexcept>

namespace pillarbox::admin {

/// Something could not be done, or is not as it should be; what() is the
/// sentence for whoever asked for it.
class Failed : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

} // namespace pillarbox::admin
