#pragma once

#include "server/base/config.hpp"
#include "server/base/log.hpp"
#include "server/junk/hooks.hpp"
#include "server/mailflow/intake.hpp"
#include "server/mailflow/judgement.hpp"
#include "storage/junk.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/thread_pool.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::mailflow {

/// Octets of a message that filters learn from and look at.
inline constexpr std::size_t most_judged_octets = std::size_t{1} << 20;

/// Finds out for each who gets a message whether it is junk to them: what is
/// known of the message, whom they know, and what they have taught. Any reactor
/// may call it.
class Sorter
{
public:
    /// Throws std::runtime_error with a sentence for people.
    Sorter(storage::Junk& junk, const Config::Junk& terms) : junk_(junk), hooks_(terms) {}

    /// Asks the programs of the settings about a message, which `body` has, and adds
    /// what they say to `judgement`. Returns why it is not taken, if so.
    awaitable<std::optional<Verdict>> consult(std::shared_ptr<const Config> config, Judgement& judgement,
                                              junk::HookQuestion question, const storage::Spool& body);

    /// What becomes of mail that Config::Junk::refuse is about.
    enum class Beyond
    {
        refused,
        junk
    };

    /// What those who get a copy know of whom the reverse-path names, where the
    /// store was asked for that.
    using Asked = std::vector<std::optional<storage::Acquaintance>>;

    /// Decides to which mailbox each copy goes, and puts the reasons before it.
    /// Returns why nobody gets it, if so. What the store cannot tell now has no
    /// say: the message is taken.
    awaitable<std::optional<Verdict>> sort(std::shared_ptr<const Config> config, const Judgement& judgement,
                                           storage::Delivery& delivery, const Asked& asked,
                                           Beyond beyond = Beyond::refused);

    /// Where the settings want it and something speaks for junk: whether a client
    /// that has not been here is to come again later, 451. Known are a network and
    /// the domain that its mail is verified to be of.
    awaitable<std::optional<Verdict>> greylist(std::shared_ptr<const Config> config,
                                               const Judgement& judgement, boost::asio::ip::address client);

private:
    awaitable<storage::Result<std::vector<storage::Acquaintance>>>
    acquaintances(const storage::Delivery& delivery, const std::string& author, const Asked& asked);
    awaitable<void> add_opinions(const storage::Delivery& delivery,
                                 const std::vector<storage::Acquaintance>& known,
                                 std::vector<std::vector<junk::Reason>>& reasons);

    storage::Junk& junk_;
    junk::Hooks hooks_;
    Log log_;
    boost::asio::thread_pool words_{1}; // finds those of messages
};

} // namespace pillarbox::mailflow
