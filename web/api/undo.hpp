#pragma once

#include "storage/types.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pillarbox::api {

/// How to take back what was done to messages.
struct Undo
{
    std::map<storage::MailboxId, std::vector<storage::MessageId>> moved; // by where they were
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<storage::MessageId>>
        marked;                              // by the flags to add and to remove
    std::vector<storage::MessageId> deleted; // they are in the vault

    bool empty() const { return moved.empty() && marked.empty() && deleted.empty(); }
    std::size_t size() const; // messages
};

/// What can still be taken back, each for a minute and once. In memory: what
/// a restart forgets can be moved back by hand. Any thread.
class Undoings
{
public:
    static constexpr std::chrono::seconds life{60};

    /// Returns the token that takes it back.
    std::string keep(storage::AccountId account, Undo undo);

    /// Gives it out, once. Empty when there is none, or it is somebody else's.
    std::optional<Undo> take(storage::AccountId account, std::string_view token);

private:
    static constexpr std::size_t most_of_account = 20;
    static constexpr std::size_t most_messages = 1'000'000; // of all together

    struct Kept
    {
        std::string token;
        storage::AccountId account{};
        std::chrono::steady_clock::time_point until;
        Undo undo;
    };

    void make_room(storage::AccountId account);

    std::mutex mutex_;
    std::vector<Kept> kept_; // oldest first
};

} // namespace pillarbox::api
