#include "server/mailflow/arriving.hpp"

#include <chrono>
#include <utility>

namespace pillarbox::mailflow {

Arriving::Arriving(std::string authserv_id, std::shared_ptr<const Config> config)
    : authserv_id_(authserv_id), config_(std::move(config)), forged_(std::move(authserv_id))
{
    if (config_->verify.mode == Config::Verify::Mode::off) return;
    signatures_.emplace(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
}

std::string_view Arriving::feed(std::string_view octets, std::string& room)
{
    if (signatures_) signatures_->add(octets);
    return forged_.feed(octets, room);
}

std::string_view Arriving::finish(std::string& room)
{
    if (signatures_) signatures_->finish();
    return forged_.finish(room);
}

} // namespace pillarbox::mailflow
