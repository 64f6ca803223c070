#include "server/mailauth/key_lookup.hpp"

#include "server/mailauth/name.hpp"

#include <utility>

namespace pillarbox::mailauth {

awaitable<dkim::KeyAnswer> key_at(Dns& dns, std::string name, std::chrono::steady_clock::time_point latest)
{
    using Told = net::DnsAnswer<std::string>::Kind;
    using Kind = dkim::KeyAnswer::Kind;
    if (std::chrono::steady_clock::now() >= latest) co_return dkim::KeyAnswer();
    if (!askable(name)) co_return dkim::KeyAnswer{.kind = Kind::none};
    auto told = co_await dns.txt(std::move(name));
    if (told.kind == Told::unknown) co_return dkim::KeyAnswer();
    co_return dkim::KeyAnswer{.kind = told.kind == Told::found ? Kind::found : Kind::none,
                              .records = std::move(told.records)};
}

} // namespace pillarbox::mailauth
