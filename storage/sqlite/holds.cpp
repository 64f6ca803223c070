#include "storage/sqlite/holds.hpp"

#include <utility>

namespace pillarbox::storage::sqlite {

std::unique_ptr<Holds::Maildrop> Holds::open_maildrop(AccountId account)
{
    std::uint64_t number = 0;
    {
        const std::lock_guard lock(mutex_);
        number = ++counter_;
        maildrops_[static_cast<std::int64_t>(account)].emplace(number, 0);
    }
    return std::make_unique<Maildrop>(shared_from_this(), account, number);
}

std::unique_ptr<Holds::Body> Holds::open_body()
{
    return std::make_unique<Body>(shared_from_this());
}

bool Holds::maildrop_shows(AccountId account, std::uint64_t modseq) const
{
    const std::lock_guard lock(mutex_);
    const auto sessions = maildrops_.find(static_cast<std::int64_t>(account));
    if (sessions == maildrops_.end()) return false;
    for (const auto& [number, shown] : sessions->second) {
        if (shown < modseq) return true;
    }
    return false;
}

std::uint64_t Holds::epoch()
{
    const std::lock_guard lock(mutex_);
    return ++counter_;
}

bool Holds::may_free(std::int64_t body, std::uint64_t epoch) const
{
    const std::lock_guard lock(mutex_);
    if (bodies_.contains(body)) return false;
    return openings_.empty() || *openings_.begin() > epoch;
}

Holds::Maildrop::Maildrop(std::shared_ptr<Holds> holds, AccountId account, std::uint64_t number)
    : holds_(std::move(holds)), account_(account), number_(number)
{}

Holds::Maildrop::~Maildrop()
{
    if (!holds_) return;
    const std::lock_guard lock(holds_->mutex_);
    const auto sessions = holds_->maildrops_.find(static_cast<std::int64_t>(account_));
    sessions->second.erase(number_);
    if (sessions->second.empty()) holds_->maildrops_.erase(sessions);
}

void Holds::Maildrop::shows(std::uint64_t modseq)
{
    const std::lock_guard lock(holds_->mutex_);
    holds_->maildrops_[static_cast<std::int64_t>(account_)][number_] = modseq;
}

Holds::Body::Body(std::shared_ptr<Holds> holds) : holds_(std::move(holds))
{
    const std::lock_guard lock(holds_->mutex_);
    opening_ = ++holds_->counter_;
    holds_->openings_.insert(opening_);
}

Holds::Body::~Body()
{
    if (!holds_) return;
    const std::lock_guard lock(holds_->mutex_);
    if (opening_ != 0) holds_->openings_.erase(opening_);
    if (body_ == 0) return;
    const auto readers = holds_->bodies_.find(body_);
    if (--readers->second == 0) holds_->bodies_.erase(readers);
}

void Holds::Body::found(std::int64_t body)
{
    const std::lock_guard lock(holds_->mutex_);
    ++holds_->bodies_[body];
    body_ = body;
    holds_->openings_.erase(std::exchange(opening_, 0));
}

} // namespace pillarbox::storage::sqlite
