#include "server/signing/domain_keys.hpp"

#include "server/auth/digest.hpp"
#include "server/base/log.hpp"
#include "server/dkim/key_record.hpp"
#include "server/net/offload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace pillarbox::signing {

namespace {

using storage::DkimKey;

/// What a key is bound to beside its domain; app passwords have other labels.
std::string place(std::string_view selector)
{
    return "dkim\n" + std::string(selector);
}

char letter_of(dkim::Algorithm algorithm)
{
    return algorithm == dkim::Algorithm::rsa_sha256 ? 'r' : 'e';
}

/// `pb` and the day, with a number where that day has keys already.
std::string fresh_prefix(const std::vector<DkimKey>& others, storage::Time now)
{
    const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(now));
    const std::string prefix =
        fmt::format("pb{:04}{:02}{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                    static_cast<unsigned>(day.day()));
    const auto taken = [&others](const std::string& begin) {
        return std::ranges::any_of(others, [&begin](const DkimKey& key) {
            return key.selector == begin + 'r' || key.selector == begin + 'e';
        });
    };
    std::string fresh = prefix;
    for (std::size_t number = 2; taken(fresh); ++number)
        fresh = fmt::format("{}-{}", prefix, number);
    return fresh;
}

/// Keys, or why there are none.
struct Made
{
    std::vector<DkimKey> keys;
    std::string fault;
};

Made try_to_make(const std::string& secret, const std::string& domain, storage::Time now)
{
    try {
        return {make_keys(secret, domain, DkimKey::State::active, {}, now), {}};
    } catch (const std::runtime_error& error) {
        return {{}, error.what()};
    }
}

} // namespace

std::vector<DkimKey> make_keys(std::string_view secret, std::string_view domain, DkimKey::State state,
                               const std::vector<DkimKey>& others, storage::Time now)
{
    const std::string prefix = fresh_prefix(others, now);
    std::vector<DkimKey> keys;
    for (const auto algorithm : {dkim::Algorithm::rsa_sha256, dkim::Algorithm::ed25519_sha256}) {
        const auto key = dkim::PrivateKey::make(algorithm);
        const std::string selector = prefix + letter_of(algorithm);
        keys.push_back({.selector = selector,
                        .algorithm = std::string(name_of(algorithm)),
                        .sealed = auth::seal(secret, domain, place(selector), key.der()),
                        .record = dkim::key_record_text(key),
                        .state = state,
                        .created = now});
    }
    return keys;
}

std::optional<dkim::SigningKey> unsealed(std::string_view secret, std::string_view domain, const DkimKey& key)
{
    const auto der = auth::unseal(secret, domain, place(key.selector), key.sealed);
    auto opened = der ? dkim::PrivateKey::parse(*der) : std::nullopt;
    if (!opened) return std::nullopt;
    return dkim::SigningKey{std::string(domain), key.selector, *std::move(opened)};
}

boost::asio::awaitable<storage::Result<std::vector<DkimKey>>>
keys_of(storage::DkimKeys& store, boost::asio::thread_pool& pool, std::string secret, std::string domain)
{
    auto there = co_await store.list(domain);
    if (!there || !there->empty()) co_return there;
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    auto work = [secret = std::move(secret), domain, now] { return try_to_make(secret, domain, now); };
    auto made = co_await net::offload(pool, std::move(work));
    if (!made.fault.empty()) {
        Log().error("dkim.no_keys", {{"domain", domain}, {"reason", made.fault}});
        co_return storage::Errc::unavailable;
    }
    auto kept = co_await store.add_first(std::move(domain), std::move(made.keys));
    co_return kept;
}

} // namespace pillarbox::signing
