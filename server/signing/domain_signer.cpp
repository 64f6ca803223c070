#include "server/signing/domain_signer.hpp"

#include "server/base/log.hpp"
#include "server/net/offload.hpp"
#include "server/signing/domain_keys.hpp"

#include <chrono>
#include <stdexcept>
#include <utility>
#include <vector>

namespace pillarbox::signing {

namespace {

using storage::DkimKey;
using storage::Result;

constexpr std::size_t piece = std::size_t{256} * 1024; // octets in memory at once

/// The fields, or what the operator is to know of why there are none.
struct Signed
{
    Result<std::string> fields = std::string();
    std::string fault{};
};

/// What costs time. `body` is not touched by anybody else meanwhile.
Signed make_signatures(const std::string& secret, const std::string& domain, const std::vector<DkimKey>& keys,
                       const storage::Spool& body, storage::Time now)
{
    std::vector<dkim::SigningKey> opened;
    for (const auto& key : keys) {
        if (key.state != DkimKey::State::active) continue;
        auto one = unsealed(secret, domain, key);
        // Nobody else can read it either: mail goes without, rather than not at all.
        if (!one) return {std::string(), "the key " + key.selector + " was sealed with another secret.key"};
        opened.push_back(*std::move(one));
    }
    try {
        dkim::Signer signer(std::move(opened), now);
        for (std::uint64_t at = 0; at < body.size(); at += piece) {
            const auto octets = body.read(at, piece);
            if (!octets) return {octets.error(), {}};
            signer.add(*octets);
        }
        return {signer.finish(), {}};
    } catch (const std::runtime_error& error) {
        return {std::string(), error.what()};
    }
}

} // namespace

boost::asio::awaitable<Result<std::string>> DomainSigner::sign(std::string domain, const storage::Spool& body)
{
    auto keys = co_await keys_of(keys_, pool_, secret_, domain);
    if (keys.has_error() && keys.error() == storage::Errc::not_found) co_return std::string();
    if (!keys) co_return keys.error();
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto work = [this, &body, domain, keys = *std::move(keys), now] {
        return make_signatures(secret_, domain, keys, body, now);
    };
    auto made = co_await net::offload(pool_, std::move(work));
    if (!made.fault.empty())
        Log().error("dkim.not_signed",
                    {{"domain", domain},
                     {"reason", made.fault},
                     {"hint", "restore secret.key from a backup, or make new keys: pillarbox dkim rotate"}});
    co_return std::move(made.fields);
}

} // namespace pillarbox::signing
