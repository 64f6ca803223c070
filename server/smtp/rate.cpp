#include "server/smtp/rate.hpp"

#include "server/net/descriptor.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace pillarbox::smtp {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_accounts = 100'000;
constexpr std::size_t most_sites = 65'536; // some 10 MiB each, with everybody on the network at the door

} // namespace

std::size_t HashOfAddress::operator()(const boost::asio::ip::address& address) const
{
    if (address.is_v4()) return std::hash<std::uint32_t>()(address.to_v4().to_uint());
    const auto bytes = address.to_v6().to_bytes();
    return std::hash<std::string_view>()({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Rates::Rates(const Config& config)
    : messages(config.submission.messages_per_hour, 1h, most_accounts),
      recipients(config.submission.recipients_per_hour, 1h, most_accounts),
      connections(config.smtp.connections_per_minute, 1min, most_sites),
      deliveries(config.smtp.messages_per_hour, 1h, most_sites),
      load(std::min<std::size_t>(config.limits.connections, net::raise_descriptor_limit()))
{}

std::string in_words(std::chrono::seconds time)
{
    const auto said = [](auto count, std::string_view unit) {
        return std::to_string(count) + ' ' + std::string(unit) + (count == 1 ? "" : "s");
    };
    if (time < 2min) return said(time.count(), "second");
    return said(std::chrono::ceil<std::chrono::minutes>(time).count(), "minute");
}

} // namespace pillarbox::smtp
