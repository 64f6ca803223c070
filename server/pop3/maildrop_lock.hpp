#pragma once

#include "storage/types.hpp"

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace pillarbox::pop3 {

/// Who has a maildrop alone, for `pop3.maildrop_lock = "exclusive"` (RFC 1939
/// §4). In memory only: a restart ends every session. Told the time. Any thread.
class MaildropLocks
{
public:
    using Time = std::chrono::steady_clock::time_point;

    /// A client that was not heard of for so long may have lost its connection
    /// without the server knowing: its own device gets in again.
    static constexpr std::chrono::seconds silence{10};

    struct Maildrop
    {
        storage::AccountId account;
        storage::MailboxId mailbox; // 0 for the INBOX

        auto operator<=>(const Maildrop&) const = default;
    };

    /// Lets go when it is destroyed. The table outlives it.
    class Lock
    {
    public:
        Lock(MaildropLocks& locks, Maildrop maildrop, std::uint64_t holder);
        Lock(const Lock&) = delete;
        Lock& operator=(const Lock&) = delete;
        ~Lock();

        /// The client was heard of. False once a later session has the maildrop.
        bool renew(Time now);

        /// For the UPDATE state: nobody else gets it from now on, however long
        /// it takes. False once a later session has it.
        bool keep();

    private:
        MaildropLocks& locks_;
        const Maildrop maildrop_;
        const std::uint64_t holder_;
    };

    /// The lock, or null while another session has it. `device` is the app
    /// password's label, empty for the account's own password.
    std::unique_ptr<Lock> take(Maildrop maildrop, std::string device, Time now);

private:
    struct Holder
    {
        std::uint64_t number = 0;
        std::string device;
        Time heard;
    };

    /// Under the mutex; null when the session has lost the maildrop.
    Holder* find(const Maildrop& maildrop, std::uint64_t holder);

    std::mutex mutex_;
    std::uint64_t counter_ = 0;
    std::map<Maildrop, Holder> holders_;
};

} // namespace pillarbox::pop3
