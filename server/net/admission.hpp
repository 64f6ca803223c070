#pragma once

#include "server/net/networks.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace pillarbox::net {

/// How many connections there are, in all and from each site (site_of()).
/// The table has no more entries than there are connections. Any thread.
class Admission : public std::enable_shared_from_this<Admission>
{
public:
    enum class Answer
    {
        admitted,
        too_many,
        too_many_from_site
    };

    /// One admitted connection; makes room when destroyed.
    class Place
    {
    public:
        Place() = default;
        Place(Place&& other) noexcept : owner_(std::move(other.owner_)), site_(std::move(other.site_)) {}
        Place& operator=(Place&& other) noexcept
        {
            std::swap(owner_, other.owner_);
            std::swap(site_, other.site_);
            return *this;
        }
        ~Place();

    private:
        friend class Admission;
        std::shared_ptr<Admission> owner_;
        boost::asio::ip::address site_;
    };

    Admission(std::size_t most, std::size_t most_from_site, NetworkSet exempt)
        : most_(most), most_from_site_(most_from_site), exempt_(std::move(exempt))
    {}

    /// Exempt networks are counted in all, but not by site.
    Answer admit(const boost::asio::ip::address& peer, Place& place);

    std::size_t connections() const;
    std::size_t sites() const;

private:
    struct Hash
    {
        std::size_t operator()(const boost::asio::ip::address& address) const;
    };
    void leave(const boost::asio::ip::address& site) noexcept;

    const std::size_t most_;
    const std::size_t most_from_site_;
    const NetworkSet exempt_;
    mutable std::mutex mutex_; // guards the rest
    std::size_t connections_ = 0;
    std::unordered_map<boost::asio::ip::address, std::size_t, Hash> by_site_;
};

} // namespace pillarbox::net
