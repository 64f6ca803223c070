#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace pillarbox::net {

/// Read blocks of a reactor, lent to a connection while it has something
/// unread. An idle connection has none. Touched on the reactor's thread only.
class BufferPool
{
public:
    static constexpr std::size_t block_size = std::size_t{16} * 1024;
    static constexpr std::size_t most_kept = 64; // blocks kept for the next borrower, 1 MiB

    /// A block on loan; returns to its pool when destroyed. The pool outlives it.
    class Block
    {
    public:
        Block() = default;
        Block(Block&& other) noexcept
            : pool_(std::exchange(other.pool_, nullptr)), memory_(std::move(other.memory_))
        {}
        Block& operator=(Block&& other) noexcept
        {
            std::swap(pool_, other.pool_);
            std::swap(memory_, other.memory_);
            return *this;
        }
        ~Block();

        explicit operator bool() const { return memory_ != nullptr; }
        std::span<char> octets() const { return {memory_.get(), memory_ ? block_size : 0}; }

    private:
        friend class BufferPool;
        Block(BufferPool& pool, std::unique_ptr<char[]> memory) : pool_(&pool), memory_(std::move(memory)) {}

        BufferPool* pool_ = nullptr;
        std::unique_ptr<char[]> memory_;
    };

    BufferPool();
    BufferPool(const BufferPool&) = delete;
    BufferPool& operator=(const BufferPool&) = delete;

    Block lend();

    std::size_t lent() const { return lent_; }
    std::size_t kept() const { return kept_.size(); }

private:
    void take_back(std::unique_ptr<char[]> memory) noexcept;

    std::size_t lent_ = 0;
    std::vector<std::unique_ptr<char[]>> kept_; // room for most_kept from the start
};

} // namespace pillarbox::net
