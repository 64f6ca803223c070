#include "server/pop3/numbering.hpp"

#include <algorithm>
#include <utility>

namespace pillarbox::pop3 {

Numbering::Numbering(std::vector<storage::MaildropEntry> messages)
    : messages_(std::move(messages)), retrieved_(messages_.size())
{
    unmark_all();
}

const storage::MaildropEntry* Numbering::find(std::uint32_t number) const
{
    if (number == 0 || number > messages_.size() || marked_[number - 1]) return nullptr;
    return &messages_[number - 1];
}

bool Numbering::mark(std::uint32_t number)
{
    const storage::MaildropEntry* message = find(number);
    if (!message) return false;
    marked_[number - 1] = true;
    --count_;
    octets_ -= message->size;
    accessed(number);
    return true;
}

void Numbering::unmark_all()
{
    marked_.assign(messages_.size(), false);
    count_ = highest();
    octets_ = 0;
    for (const storage::MaildropEntry& message : messages_)
        octets_ += message.size;
    last_accessed_ = 0;
}

void Numbering::accessed(std::uint32_t number)
{
    last_accessed_ = std::max(last_accessed_, number);
}

void Numbering::retrieved(std::uint32_t number)
{
    retrieved_.at(number - 1) = true;
    accessed(number);
}

std::vector<storage::MessageId> Numbering::marked() const
{
    std::vector<storage::MessageId> ids;
    for (std::size_t i = 0; i < messages_.size(); ++i)
        if (marked_[i]) ids.push_back(messages_[i].id);
    return ids;
}

std::vector<storage::MessageId> Numbering::marked_or_retrieved() const
{
    std::vector<storage::MessageId> ids;
    for (std::size_t i = 0; i < messages_.size(); ++i)
        if (marked_[i] || retrieved_[i]) ids.push_back(messages_[i].id);
    return ids;
}

} // namespace pillarbox::pop3
