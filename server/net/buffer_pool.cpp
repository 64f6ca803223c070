#include "server/net/buffer_pool.hpp"

namespace pillarbox::net {

BufferPool::Block::~Block()
{
    if (memory_) pool_->take_back(std::move(memory_));
}

BufferPool::BufferPool()
{
    kept_.reserve(most_kept); // so that taking back never allocates
}

BufferPool::Block BufferPool::lend()
{
    std::unique_ptr<char[]> memory;
    if (kept_.empty()) {
        memory.reset(new char[block_size]); // not make_unique: nobody reads it before it is filled
    } else {
        memory = std::move(kept_.back());
        kept_.pop_back();
    }
    ++lent_;
    return {*this, std::move(memory)};
}

void BufferPool::take_back(std::unique_ptr<char[]> memory) noexcept
{
    --lent_;
    if (kept_.size() < most_kept) kept_.push_back(std::move(memory));
}

} // namespace pillarbox::net
