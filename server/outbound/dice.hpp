#pragma once

#include "server/base/random.hpp"

namespace pillarbox::outbound {

/// In [0, 1), each as likely as the other.
inline double dice()
{
    const auto octets = random_octets(2);
    return (static_cast<unsigned char>(octets[0]) * 256 + static_cast<unsigned char>(octets[1])) / 65536.0;
}

} // namespace pillarbox::outbound
