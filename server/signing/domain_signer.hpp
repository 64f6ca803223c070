#pragma once

#include "server/mailflow/signing.hpp"
#include "storage/dkim_keys.hpp"

#include <boost/asio/thread_pool.hpp>

#include <string>

namespace pillarbox::signing {

/// Signs with the active keys of a domain of this server, all of them, off the
/// reactor. Any reactor may call it; none may wait for it when it goes.
class DomainSigner final : public mailflow::Signer
{
public:
    /// `secret` is what the keys are sealed with. The store outlives it.
    DomainSigner(storage::DkimKeys& keys, std::string secret) : keys_(keys), secret_(std::move(secret)) {}

    boost::asio::awaitable<storage::Result<std::string>> sign(std::string domain,
                                                              const storage::Spool& body) override;

private:
    storage::DkimKeys& keys_;
    const std::string secret_;
    boost::asio::thread_pool pool_{1}; // last: joins before the rest goes
};

} // namespace pillarbox::signing
