#pragma once

#include "storage/acquaintance.hpp"
#include "storage/body.hpp"
#include "storage/types.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::storage {

/// An address, or "@example.org" for all of a domain.
struct RuledSender
{
    std::string sender;
    SenderRule rule{};
};

/// In how many messages of each kind a word was.
struct WordCount
{
    std::uint64_t word = 0; // its hash
    std::uint32_t junk = 0;
    std::uint32_t wanted = 0;
};

/// A message that was moved, so that the filter can learn from it.
struct Lesson
{
    AccountId account{};
    MessageId message{};
    std::int64_t body = 0;
    bool junk = false;
};

/// Whom greylisting asks about.
struct Stranger
{
    std::string network; // "192.0.2.0/24"
    std::string domain;  // verified; empty where none was
};

/// What people teach about junk, and whom they know.
/// Any call may fail with timed_out or unavailable.
class Junk
{
public:
    virtual ~Junk() = default;

    /// What each of `accounts` knows of `author`, an address in lower case; in their order.
    virtual awaitable<Result<std::vector<Acquaintance>>> acquaintances(std::vector<AccountId> accounts,
                                                                       std::string author) = 0;

    /// What the filter of each of `accounts` knows of these words, in their order;
    /// unknown ones are left out.
    virtual awaitable<Result<std::vector<std::vector<WordCount>>>>
    words(std::vector<AccountId> accounts, std::vector<std::uint64_t> words) = 0;

    /// Senders with a rule, by name.
    virtual awaitable<Result<std::vector<RuledSender>>> senders(AccountId account) = 0;

    /// Gives an address, or "@domain", a rule, whichever it had before. Errors:
    /// invalid (the sender is none), not_found (the account), over_quota (more
    /// than 5000).
    virtual awaitable<Result<void>> set_rule(AccountId account, std::string sender, SenderRule rule) = 0;
    /// Errors: not_found.
    virtual awaitable<Result<void>> remove_rule(AccountId account, std::string sender) = 0;

    /// Messages that were moved into Junk, out of it, or from the Inbox to where
    /// what is wanted is kept, and were not learned from yet; of the first moved first.
    virtual awaitable<Result<std::vector<Lesson>>> lessons(std::size_t limit) = 0;

    /// Ends a lesson. Counts its words; those of a message that has taught the
    /// opposite before no longer count there, and one that has taught the same
    /// counts once. Without words it only ends: the message is gone. Old and rare
    /// words go when an account has too many.
    virtual awaitable<Result<void>> learn(Lesson lesson, std::vector<std::uint64_t> words) = 0;

    /// Forgets all that the account's filter has learned.
    virtual awaitable<Result<void>> unlearn(AccountId account) = 0;

    /// Calls `listener`, on a thread of the store, when there are lessons. Once.
    virtual void on_lesson(std::function<void()> listener) = 0;

    /// Whether a stranger may deliver now: who has come before, `delay` ago or
    /// more. Else returns how long that will take. Strangers that do not come
    /// again are forgotten after two days, others after 36 days.
    virtual awaitable<Result<std::chrono::seconds>> wait_for(Stranger stranger,
                                                             std::chrono::seconds delay) = 0;
};

} // namespace pillarbox::storage
