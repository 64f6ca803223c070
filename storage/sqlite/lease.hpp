#pragma once

#include "storage/sqlite/core.hpp"

#include <memory>
#include <string>

namespace pillarbox::storage::sqlite {

/// Keeps the server from giving octets back or moving them while this process
/// reads them. A process that dies leaves one that ends by itself.
class Lease
{
public:
    /// Takes it at once. Where nothing can be written, no server works either,
    /// and there is none to keep.
    Lease(const Layout& layout, std::string_view purpose);
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease();

    /// Makes it last longer when it is time. Cheap: call it often. Throws
    /// std::runtime_error when it had ended meanwhile, as for a process that
    /// was stopped: what was read since may have been moved.
    void renew();

private:
    void write();

    std::string holder_;
    std::unique_ptr<Database> database_;
    Time until_{};
    std::chrono::steady_clock::time_point due_;
};

} // namespace pillarbox::storage::sqlite
