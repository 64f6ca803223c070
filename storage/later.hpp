#pragma once

#include "storage/body.hpp"
#include "storage/envelope.hpp"
#include "storage/types.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pillarbox::storage {

/// A message that waits for the time its sender chose, RFC 4865.
struct Waiting
{
    struct Recipient
    {
        QueueId id{};
        std::string forward_path; // here or elsewhere: as it was accepted
        RcptParameters parameters{};
    };

    std::string reverse_path;
    std::optional<AccountId> submitter;
    Time queued{};
    MailParameters mail; // `release_at` is there
    std::vector<Recipient> recipients;
};

/// Mail that goes nowhere before its time; the queue lists it. Delivery puts it
/// there when MailParameters::release_at says so. When the time has come, it is
/// accepted anew, and then removed: a crash in between delivers it twice.
class Later
{
public:
    virtual ~Later() = default;

    /// The first message whose time has come by `now`, of those with an id above `after`.
    virtual awaitable<Result<std::optional<Waiting>>> due(Time now, QueueId after) = 0;

    /// When the time of the next one comes, after `now`.
    virtual awaitable<Result<std::optional<Time>>> next(Time now) = 0;

    /// Removes entries; those that are gone are no error.
    virtual awaitable<Result<void>> remove(std::vector<QueueId> entries) = 0;
};

} // namespace pillarbox::storage
