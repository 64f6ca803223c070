#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>

namespace pillarbox::auth {

/// Makes a short secret name of what holds a password: BLAKE2b under a key that
/// is random and never leaves the process. Throws std::runtime_error where the
/// machine has no source of randomness.
class RecentKey
{
public:
    using Octets = std::array<unsigned char, 32>;
    using Parts = std::initializer_list<std::string_view>;

    RecentKey();

    /// Other parts have another name, also where they run together to the same octets.
    Octets of(Parts parts) const;

    struct Hash // of a digest under a secret key, any part is as good as another
    {
        std::size_t operator()(const Octets& octets) const;
    };

private:
    Octets secret_;
};

} // namespace pillarbox::auth
