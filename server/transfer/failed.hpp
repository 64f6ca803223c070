#pragma once

#include <stdexcept>

namespace pillarbox::transfer {

/// A transfer cannot go on; what() is a sentence for people.
class Failed : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

} // namespace pillarbox::transfer
