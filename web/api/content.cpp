#include "web/api/content.hpp"

#include <algorithm>
#include <utility>

namespace pillarbox::api {

Structures::Shared Structures::look_up(std::int64_t id)
{
    const std::lock_guard lock(mutex_);
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return nullptr;
    order_.splice(order_.begin(), order_, found->second);
    return found->second->second;
}

void Structures::keep(std::int64_t id, Shared structure)
{
    constexpr std::size_t each_part = 256; // octets, about
    if (structure->header.size() + structure->parts.size() * each_part > largest) return;
    const std::lock_guard lock(mutex_);
    if (by_id_.contains(id)) return;
    order_.emplace_front(id, std::move(structure));
    by_id_[id] = order_.begin();
    if (order_.size() <= most) return;
    by_id_.erase(order_.back().first);
    order_.pop_back();
}

awaitable<storage::Result<Structures::Shared>> Structures::find(storage::Mail& mail,
                                                                storage::MessageId message)
{
    const auto id = static_cast<std::int64_t>(message);
    auto known = look_up(id);
    if (known) co_return known;

    const auto reader = co_await mail.open(message);
    if (!reader) co_return reader.error();
    mime::Scanner scanner;
    for (;;) {
        const auto piece = co_await (*reader)->next();
        if (!piece) co_return piece.error();
        if (piece->empty()) break;
        scanner.feed(*piece);
    }
    auto structure = std::make_shared<const mime::Structure>(scanner.finish());
    keep(id, structure);
    co_return structure;
}

awaitable<storage::Result<std::string>> read_range(storage::MessageReader& reader, std::uint64_t begin,
                                                   std::uint64_t end, std::size_t most)
{
    std::string text;
    std::uint64_t left = std::min<std::uint64_t>(end - std::min(begin, end), most);
    reader.seek(begin);
    while (left > 0) {
        const auto piece = co_await reader.next();
        if (!piece) co_return piece.error();
        if (piece->empty()) break;
        const auto part = piece->substr(0, std::min<std::uint64_t>(piece->size(), left));
        text += part;
        left -= part.size();
    }
    co_return text;
}

RawSource::RawSource(std::unique_ptr<storage::MessageReader> reader, std::uint64_t begin, std::uint64_t end)
    : reader_(std::move(reader)), left_(end - begin)
{
    reader_->seek(begin);
}

awaitable<storage::Result<std::string_view>> RawSource::next()
{
    if (left_ == 0) co_return std::string_view{};
    const auto piece = co_await reader_->next();
    if (!piece) co_return piece.error();
    const auto part = piece->substr(0, std::min<std::uint64_t>(piece->size(), left_));
    left_ -= part.size();
    co_return part;
}

PartSource::PartSource(std::unique_ptr<storage::MessageReader> reader, std::uint64_t begin, std::uint64_t end,
                       mime::Encoding encoding)
    : reader_(std::move(reader)), begin_(begin), end_(end), encoding_(encoding), decoder_(encoding)
{
    rewind();
}

void PartSource::rewind()
{
    reader_->seek(begin_);
    left_ = end_ - begin_;
    finished_ = false;
    decoder_ = mime::TransferDecoder(encoding_);
}

awaitable<storage::Result<std::string_view>> PartSource::next()
{
    piece_.clear();
    // A piece may decode to nothing: white space, or half a group.
    while (piece_.empty() && left_ > 0) {
        const auto encoded = co_await reader_->next();
        if (!encoded) co_return encoded.error();
        if (encoded->empty()) co_return std::string_view{}; // shorter than it was
        const auto part = encoded->substr(0, std::min<std::uint64_t>(encoded->size(), left_));
        left_ -= part.size();
        decoder_.feed(part, piece_);
    }
    if (left_ == 0 && !finished_) {
        finished_ = true;
        decoder_.finish(piece_);
    }
    co_return std::string_view(piece_);
}

awaitable<storage::Result<std::uint64_t>> PartSource::measure()
{
    std::uint64_t octets = 0;
    for (;;) {
        const auto piece = co_await next();
        if (!piece) co_return piece.error();
        if (piece->empty()) break;
        octets += piece->size();
    }
    rewind();
    co_return octets;
}

} // namespace pillarbox::api
