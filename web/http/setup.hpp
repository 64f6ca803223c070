#pragma once

#include "server/auth/throttle.hpp"
#include "server/base/config.hpp"
#include "storage/accounts.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::http {

/// A new server that waits for its first account. Whoever has the code that
/// its operator was shown may make it, in a browser, once. Any thread.
class Setup
{
public:
    /// Without a code there is no set-up here. Addresses in `exempt` may try as
    /// often as they like.
    Setup(storage::Accounts& accounts, std::string code, std::vector<Network> exempt);

    /// Whether it still waits. Asks the store until there is an account.
    boost::asio::awaitable<bool> pending();

    enum class Attempt
    {
        right,
        wrong,
        throttled // too many wrong ones from that network
    };

    /// Compares a code; how it is written, with '-' or in lower case, does not matter.
    Attempt attempt(std::string_view code, const boost::asio::ip::address& peer);

    /// One at a time: false while another is at it. Whoever has it gives it back.
    bool take() { return !taken_.exchange(true); }
    void give_back() { taken_ = false; }

private:
    storage::Accounts& accounts_;
    const std::string code_; // its letters and digits, lower case
    std::atomic<bool> done_;
    std::atomic<bool> taken_ = false;
    std::mutex mutex_;
    auth::Throttle throttle_;
};

/// A new code, as people read it: `ABCD-EFGH`, 40 random bits.
std::string make_setup_code();

} // namespace pillarbox::http
