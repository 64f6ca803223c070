#pragma once

#include "server/mime/header.hpp"
#include "storage/body.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace pillarbox::mailflow {

/// Signs mail that leaves, with the keys of its author's domain.
class Signer
{
public:
    virtual ~Signer() = default;

    /// The DKIM-Signature fields for the message, each with its CRLF, to go on
    /// top of it; empty when `domain` is none of ours. `body` stays as it is and
    /// where it is meanwhile. Errors: those of the store.
    virtual boost::asio::awaitable<storage::Result<std::string>> sign(std::string domain,
                                                                      const storage::Spool& body) = 0;
};

/// The domain of who wrote the message: of the first address in From, in
/// A-labels. Empty when there is none.
std::string author_domain(const mime::Header& header);

} // namespace pillarbox::mailflow
