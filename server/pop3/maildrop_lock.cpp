#include "server/pop3/maildrop_lock.hpp"

#include <utility>

namespace pillarbox::pop3 {

std::unique_ptr<MaildropLocks::Lock> MaildropLocks::take(Maildrop maildrop, std::string device, Time now)
{
    std::uint64_t number = 0;
    {
        const std::lock_guard lock(mutex_);
        const auto held = holders_.find(maildrop);
        if (held != holders_.end()) {
            const Holder& holder = held->second;
            // As a difference it would overflow for one that is kept.
            const bool silent = holder.heard <= now - silence;
            if (holder.device != device || !silent) return nullptr;
        }
        number = ++counter_;
        holders_[maildrop] = {.number = number, .device = std::move(device), .heard = now};
    }
    return std::make_unique<Lock>(*this, maildrop, number);
}

MaildropLocks::Holder* MaildropLocks::find(const Maildrop& maildrop, std::uint64_t holder)
{
    const auto held = holders_.find(maildrop);
    return held != holders_.end() && held->second.number == holder ? &held->second : nullptr;
}

MaildropLocks::Lock::Lock(MaildropLocks& locks, Maildrop maildrop, std::uint64_t holder)
    : locks_(locks), maildrop_(maildrop), holder_(holder)
{}

MaildropLocks::Lock::~Lock()
{
    const std::lock_guard lock(locks_.mutex_);
    if (locks_.find(maildrop_, holder_)) locks_.holders_.erase(maildrop_);
}

bool MaildropLocks::Lock::renew(Time now)
{
    const std::lock_guard lock(locks_.mutex_);
    Holder* const holder = locks_.find(maildrop_, holder_);
    if (holder) holder->heard = now;
    return holder != nullptr;
}

bool MaildropLocks::Lock::keep()
{
    return renew(Time::max());
}

} // namespace pillarbox::pop3
