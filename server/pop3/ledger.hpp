#pragma once

#include "storage/devices.hpp"

#include <cstdint>
#include <vector>

namespace pillarbox::pop3 {

using storage::awaitable;

/// What the device of one session has fetched, gathered for one write at its
/// end. A message counts once all of it has been sent and the client has gone
/// on: a connection that is lost before may have swallowed what was under way.
class Ledger
{
public:
    explicit Ledger(storage::Devices& devices) : devices_(devices) {}
    Ledger(const Ledger&) = delete;
    Ledger& operator=(const Ledger&) = delete;

    /// Hands over what counts and quit() has not written down; nobody waits for it.
    ~Ledger();

    /// The sign-in, to a maildrop from which what all devices have fetched goes
    /// or does not.
    void open(storage::Visit visit, bool removes_fetched);

    /// The last octet of a RETR is on its way.
    void retrieved(std::uint32_t uid);

    /// Whether something was retrieved that does not count yet.
    bool waiting() const { return counting_ < visit_.fetched.size(); }

    /// The client went on, and nothing of what it retrieved is still here.
    void confirm() { counting_ = visit_.fetched.size(); }

    /// UPDATE: what goes has gone when this returns, `deleted` and what this
    /// device was the last to fetch. Errors: as storage::Mail::expunge().
    awaitable<storage::Result<void>> quit(std::vector<storage::MessageId> deleted);

private:
    storage::Devices& devices_;
    storage::Visit visit_;
    std::size_t counting_ = 0; // of those in visit_
    bool removes_fetched_ = false;
};

} // namespace pillarbox::pop3
