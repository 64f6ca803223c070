#include "server/net/admission.hpp"

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

namespace asio = boost::asio;

namespace pillarbox::net {

Admission::Place::~Place()
{
    if (owner_) owner_->leave(site_);
}

Admission::Answer Admission::admit(const asio::ip::address& peer, Place& place)
{
    const asio::ip::address site = site_of(peer);
    const bool exempt = exempt_.contains(peer);
    const std::lock_guard lock(mutex_);
    if (connections_ >= most_) return Answer::too_many;
    std::size_t& from_site = by_site_[site];
    if (!exempt && from_site >= most_from_site_) {
        if (from_site == 0) by_site_.erase(site);
        return Answer::too_many_from_site;
    }
    ++from_site;
    ++connections_;
    Place admitted;
    admitted.owner_ = shared_from_this();
    admitted.site_ = site;
    std::swap(place, admitted);
    return Answer::admitted;
}

std::size_t Admission::connections() const
{
    const std::lock_guard lock(mutex_);
    return connections_;
}

std::size_t Admission::sites() const
{
    const std::lock_guard lock(mutex_);
    return by_site_.size();
}

void Admission::leave(const asio::ip::address& site) noexcept
{
    const std::lock_guard lock(mutex_);
    --connections_;
    const auto found = by_site_.find(site);
    if (found != by_site_.end() && --found->second == 0) by_site_.erase(found);
}

std::size_t Admission::Hash::operator()(const asio::ip::address& address) const
{
    // Peers choose among few addresses and do not see the table: no keyed hash.
    if (address.is_v4()) return std::hash<std::uint32_t>()(address.to_v4().to_uint());
    const auto bytes = address.to_v6().to_bytes();
    return std::hash<std::string_view>()({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

} // namespace pillarbox::net
