#pragma once

#include "server/dkim/signer.hpp"
#include "storage/dkim_keys.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The keys that mail of this server's domains is signed with: made, sealed, found.
namespace pillarbox::signing {

/// New keys for a domain, one of each algorithm, under selectors that none of
/// `others` has: `pb20261129r` and the like. The private halves are sealed with
/// `secret`, that of auth/key_file, and bound to their place. RSA takes some 100
/// ms. Throws std::runtime_error when this machine's OpenSSL cannot.
std::vector<storage::DkimKey> make_keys(std::string_view secret, std::string_view domain,
                                        storage::DkimKey::State state,
                                        const std::vector<storage::DkimKey>& others, storage::Time now);

/// The key to sign with. Nothing when it was damaged, moved, or sealed with
/// another secret.
std::optional<dkim::SigningKey> unsealed(std::string_view secret, std::string_view domain,
                                         const storage::DkimKey& key);

/// The keys that a domain has; one that has none, as is from before there were
/// any, gets some. Errors: those of DkimKeys::list() and add(); unavailable also
/// when keys cannot be made.
boost::asio::awaitable<storage::Result<std::vector<storage::DkimKey>>>
keys_of(storage::DkimKeys& store, boost::asio::thread_pool& pool, std::string secret, std::string domain);

} // namespace pillarbox::signing
