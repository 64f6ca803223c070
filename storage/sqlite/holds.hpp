#pragma once

#include "storage/types.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <unordered_map>

namespace pillarbox::storage::sqlite {

/// Who may still look at what was removed. Rows of expunged messages stay
/// until no maildrop shows them, and octets of removed bodies until no reader
/// has them. In memory only: a crash ends every session. Any thread.
class Holds : public std::enable_shared_from_this<Holds>
{
public:
    /// A maildrop's hold on what its account had when it was opened.
    class Maildrop
    {
    public:
        Maildrop(std::shared_ptr<Holds> holds, AccountId account, std::uint64_t number);
        Maildrop(Maildrop&&) = default;
        Maildrop& operator=(Maildrop&&) = delete;
        ~Maildrop();

        /// The account's change counter in the snapshot it shows. Before this
        /// is known, everything is held.
        void shows(std::uint64_t modseq);

    private:
        std::shared_ptr<Holds> holds_;
        AccountId account_;
        std::uint64_t number_;
    };

    /// A reader's hold on one body, from before it looked for its place.
    class Body
    {
    public:
        explicit Body(std::shared_ptr<Holds> holds);
        Body(Body&&) = default;
        Body& operator=(Body&&) = delete;
        ~Body();

        /// Which one it is. Until then no body removed since is given back.
        void found(std::int64_t body);

    private:
        std::shared_ptr<Holds> holds_;
        std::uint64_t opening_ = 0;
        std::int64_t body_ = 0;
    };

    std::unique_ptr<Maildrop> open_maildrop(AccountId account);

    std::unique_ptr<Body> open_body();

    /// Whether a maildrop may show what was expunged at `modseq`.
    bool maildrop_shows(AccountId account, std::uint64_t modseq) const;

    /// Readers that open from now on have a later epoch.
    std::uint64_t epoch();

    /// Whether nobody reads the body, nor is looking for its place since before
    /// `epoch`, which was taken after the commit that removed its row.
    bool may_free(std::int64_t body, std::uint64_t epoch) const;

private:
    mutable std::mutex mutex_;
    std::uint64_t counter_ = 0;
    /// By account, then by the hold's number: what its snapshot shows, 0 before
    /// that is known.
    std::unordered_map<std::int64_t, std::map<std::uint64_t, std::uint64_t>> maildrops_;
    std::set<std::uint64_t> openings_;
    std::unordered_map<std::int64_t, std::size_t> bodies_; // how many readers
};

} // namespace pillarbox::storage::sqlite
