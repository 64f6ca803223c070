#include "storage/sqlite/body_octets.hpp"

#include "storage/sqlite/checksum.hpp"

#include <algorithm>
#include <memory>
#include <span>

namespace pillarbox::storage::sqlite {
namespace {

class SmallBody final : public Octets
{
public:
    /// `octets` are in `room`.
    SmallBody(std::unique_ptr<char[]> room, std::string_view octets) : room_(std::move(room)), octets_(octets)
    {}

    std::uint64_t size() const override { return octets_.size(); }

    std::string_view read(std::uint64_t offset, std::size_t length) const override
    {
        return octets_.substr(std::min<std::size_t>(offset, octets_.size()), length);
    }

private:
    std::unique_ptr<char[]> room_;
    std::string_view octets_;
};

class FileBody final : public Octets
{
public:
    FileBody(std::uint64_t size, std::shared_ptr<Descriptor> file, std::unique_ptr<Holds::Body> hold)
        : size_(size), file_(std::move(file)), hold_(std::move(hold))
    {}

    std::uint64_t size() const override { return size_; }

    std::string_view read(std::uint64_t offset, std::size_t length) const override
    {
        if (offset >= size_) return {};
        piece_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(length, size_ - offset)));
        const auto octets = read_at(file_->number(), piece_, offset);
        return std::string_view(piece_).substr(0, octets ? *octets : 0);
    }

private:
    std::uint64_t size_;
    std::shared_ptr<Descriptor> file_;
    std::unique_ptr<Holds::Body> hold_;
    mutable std::string piece_;
};

std::unique_ptr<Octets> read_segment(const Place& place, const Descriptor& file)
{
    const auto octets = static_cast<std::size_t>(place.record_octets());
    auto room = std::make_unique_for_overwrite<char[]>(octets);
    const auto body = read_body(file.number(), place, std::span(room.get(), octets));
    if (!body) return nullptr;
    return std::make_unique<SmallBody>(std::move(room), *body);
}

} // namespace

std::unique_ptr<Octets> open_body(Core& core, Database& mail, std::int64_t body)
{
    auto hold = core.holds->open_body(); // before we look, so that it cannot go meanwhile
    Place place;
    {
        Query row(mail, "SELECT id, tier, segment, offset, octets, checksum, content FROM body WHERE id = ?",
                  body);
        if (!row.step()) return nullptr;
        place = place_of(row, 0);
        if (place.tier == Tier::row) {
            const auto content = row.text(6);
            if (content.size() != place.octets || checksum(content) != place.checksum) return nullptr;
            auto room = std::make_unique_for_overwrite<char[]>(content.size());
            std::ranges::copy(content, room.get());
            const std::string_view octets(room.get(), content.size());
            return std::make_unique<SmallBody>(std::move(room), octets);
        }
    }
    hold->found(body);
    auto file = core.bodies->open(place);
    if (!file) return nullptr;
    if (place.tier == Tier::segment) return read_segment(place, **file);
    return std::make_unique<FileBody>(place.octets, std::move(*file), std::move(hold));
}

} // namespace pillarbox::storage::sqlite
