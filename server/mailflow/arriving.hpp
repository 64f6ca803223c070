#pragma once

#include "server/base/config.hpp"
#include "server/dkim/verifier.hpp"
#include "server/mailflow/forged_results.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::mailflow {

/// A message from another server while it comes in: what can be found out of it
/// without waiting, so that nobody has to read it again. No I/O.
class Arriving
{
public:
    /// `authserv_id` is ours, RFC 8601 §2.5.
    Arriving(std::string authserv_id, std::shared_ptr<const Config> config);

    /// The next octets, as they came. Returns what is to be kept of them, which
    /// may lie in `room`.
    std::string_view feed(std::string_view octets, std::string& room);

    /// The message is over; the same.
    std::string_view finish(std::string& room);

    /// Whether it is to be verified.
    bool verifies() const { return signatures_.has_value(); }
    const dkim::Verifier& signatures() const { return *signatures_; }
    const std::string& authserv_id() const { return authserv_id_; }
    const Config::Verify& terms() const { return config_->verify; }
    const Config::Junk& junk() const { return config_->junk; }
    const std::shared_ptr<const Config>& config() const { return config_; }

    /// Whether it is looked at for what speaks for junk.
    bool weighs() const { return junk().mode != Config::Junk::Mode::off; }

private:
    std::string authserv_id_;
    std::shared_ptr<const Config> config_;
    ForgedResults forged_;
    std::optional<dkim::Verifier> signatures_;
};

} // namespace pillarbox::mailflow
