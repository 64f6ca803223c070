#pragma once

#include "storage/body.hpp"
#include "storage/types.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace pillarbox::storage {

/// A key that mail of a domain is signed with. The store cannot use it.
struct DkimKey
{
    /// From one to the next, by activate().
    enum class State : std::uint8_t
    {
        waiting = 0, // made, and to be published before it is used
        active,      // signs
        retired      // signs no more, but mail that it signed is on its way
    };

    std::string selector;
    std::string algorithm; // as a= of a signature names it
    std::string sealed;    // the private half, encrypted with the server's key
    std::string record;    // the public half, as DNS has it
    State state = State::active;
    Time created{};
};

/// The keys of the domains of this server; they go with their domain.
/// Any call may fail with timed_out or unavailable.
class DkimKeys
{
public:
    virtual ~DkimKeys() = default;

    /// A domain's keys, in the order of their making. Errors: not_found (no
    /// domain of this server).
    virtual awaitable<Result<std::vector<DkimKey>>> list(std::string domain) = 0;

    /// Adds the keys. Errors: not_found (the domain), already_exists (a selector
    /// that it has), over_quota (more than 16).
    virtual awaitable<Result<void>> add(std::string domain, std::vector<DkimKey> keys) = 0;

    /// add(), unless the domain has keys already, made by somebody else in the
    /// meantime. Returns those that it has now. Errors: as add().
    virtual awaitable<Result<std::vector<DkimKey>>> add_first(std::string domain,
                                                              std::vector<DkimKey> keys) = 0;

    /// The keys that wait sign from now on, and those that did until now retire.
    /// Errors: not_found (the domain), invalid (none waits).
    virtual awaitable<Result<void>> activate(std::string domain) = 0;

    /// Forgets a key. Errors: not_found, invalid (it is active).
    virtual awaitable<Result<void>> remove(std::string domain, std::string selector) = 0;
};

} // namespace pillarbox::storage
