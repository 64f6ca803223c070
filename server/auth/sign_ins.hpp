#pragma once

#include "server/auth/identity.hpp"
#include "server/base/rate.hpp"
#include "storage/events.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace pillarbox::auth {

/// Where somebody signs in, or tries to.
struct Place
{
    std::string protocol; // "ESMTPS", "POP3", "HTTP"
    boost::asio::ip::address peer;
    std::string tls;     // "TLSv1.3 TLS_AES_256_GCM_SHA384", or empty
    std::string session; // as log lines have it
};

/// Writes down who signed in and who could not, for people who look later what
/// happened. Programs that look for mail every minute would hide all else: who
/// comes again within a day, from the same network and in the same way, is not
/// written down again; nor are, of a network that goes on guessing, more than
/// `most_failures` a day. Any thread.
class SignIns
{
public:
    static constexpr std::size_t most_failures = 100;

    /// Without `events` nothing is written.
    explicit SignIns(storage::Events* events);

    void succeeded(const Identity& who, const Place& place);

    /// `why` is for people. A name that nobody here has may be a password in
    /// the wrong field, and is not written: see storage::Events::note().
    void failed(std::string_view user, std::string_view why, const Place& place);

private:
    storage::Events* events_;
    Rate<std::string> told_;     // ways of the last day
    Rate<std::string> failures_; // of networks
};

} // namespace pillarbox::auth
