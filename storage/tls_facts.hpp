#pragma once

#include "storage/body.hpp"
#include "storage/types.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace pillarbox::storage {

/// What another domain demands of those who send it mail, RFC 8461, as it was
/// fetched. The store does not read it.
struct StsPolicy
{
    std::string domain;
    std::string id;   // of the record that announced it
    std::string text; // the file
    Time fetched{};
    Time expires{}; // not kept for longer
};

/// How well mail to a domain was protected at best.
struct TlsMark
{
    /// The numbers are those of the database.
    enum class Level : std::uint8_t
    {
        encrypted = 1,
        proven = 2 // to a server that proved who it is
    };

    Level level = Level::encrypted;
    Time seen{}; // last
};

/// What is known of how other domains take mail under TLS. All of it is bounded:
/// the oldest is forgotten. Any call may fail with timed_out or unavailable.
class TlsFacts
{
public:
    virtual ~TlsFacts() = default;

    /// The policy of a domain, unless its time is over.
    virtual awaitable<Result<std::optional<StsPolicy>>> sts_policy(std::string domain) = 0;
    /// In place of the one before.
    virtual awaitable<Result<void>> keep(StsPolicy policy) = 0;

    /// The best that mail to a domain has had.
    virtual awaitable<Result<std::optional<TlsMark>>> best(std::string domain) = 0;
    /// Raises it, or says that it was seen again; never lowers it.
    virtual awaitable<Result<void>> mark(std::string domain, TlsMark mark) = 0;
    /// Begins anew.
    virtual awaitable<Result<void>> forget_best(std::string domain) = 0;
};

} // namespace pillarbox::storage
