#pragma once

#include <atomic>
#include <cstddef>

namespace pillarbox::smtp {

/// How many sessions there are at a time. Any thread.
class Load
{
public:
    /// `most` of a server whose every place is taken.
    explicit Load(std::size_t most) : many_(most / 4 * 3) {}

    /// Whether so many places are taken that those who only wait should make room.
    bool heavy() const { return sessions_.load(std::memory_order_relaxed) > many_; }

    /// One session, as long as it lives.
    class Counted
    {
    public:
        explicit Counted(Load& load) : load_(load)
        {
            load_.sessions_.fetch_add(1, std::memory_order_relaxed);
        }
        Counted(const Counted&) = delete;
        Counted& operator=(const Counted&) = delete;
        ~Counted() { load_.sessions_.fetch_sub(1, std::memory_order_relaxed); }

    private:
        Load& load_;
    };

private:
    const std::size_t many_;
    std::atomic<std::size_t> sessions_{0};
};

} // namespace pillarbox::smtp
