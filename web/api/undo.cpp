#include "web/api/undo.hpp"

#include "web/http/secret.hpp"

#include <algorithm>

namespace pillarbox::api {

std::size_t Undo::size() const
{
    std::size_t size = deleted.size();
    for (const auto& [mailbox, messages] : moved)
        size += messages.size();
    for (const auto& [flags, messages] : marked)
        size += messages.size();
    return size;
}

std::string Undoings::keep(storage::AccountId account, Undo undo)
{
    const std::lock_guard lock(mutex_);
    make_room(account);
    kept_.push_back({.token = http::random_token(),
                     .account = account,
                     .until = std::chrono::steady_clock::now() + life,
                     .undo = std::move(undo)});
    return kept_.back().token;
}

std::optional<Undo> Undoings::take(storage::AccountId account, std::string_view token)
{
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find_if(kept_, [&](const Kept& kept) {
        return kept.account == account && http::same_secret(kept.token, token);
    });
    if (found == kept_.end() || found->until < std::chrono::steady_clock::now()) return std::nullopt;
    auto undo = std::move(found->undo);
    kept_.erase(found);
    return undo;
}

void Undoings::make_room(storage::AccountId account)
{
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(kept_, [now](const Kept& kept) { return kept.until < now; });
    const auto own = [account](const Kept& kept) { return kept.account == account; };
    while (static_cast<std::size_t>(std::ranges::count_if(kept_, own)) >= most_of_account)
        kept_.erase(std::ranges::find_if(kept_, own));
    std::size_t messages = 0;
    for (const auto& kept : kept_)
        messages += kept.undo.size();
    while (!kept_.empty() && messages > most_messages) {
        messages -= kept_.front().undo.size();
        kept_.erase(kept_.begin());
    }
}

} // namespace pillarbox::api
