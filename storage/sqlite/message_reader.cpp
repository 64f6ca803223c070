#include "storage/sqlite/access.hpp"

#include "storage/sqlite/checksum.hpp"
#include "storage/sqlite/core.hpp"
#include "storage/sqlite/files.hpp"

#include <algorithm>
#include <memory>
#include <span>

namespace pillarbox::storage::sqlite {
namespace {

/// A message that is in memory as a whole: those in a row or a segment are
/// small, and were read and checked with one hop.
class SmallReader final : public MessageReader
{
public:
    /// `octets` are in `room`.
    SmallReader(std::unique_ptr<char[]> room, std::string_view octets)
        : room_(std::move(room)), octets_(octets)
    {}

    std::uint64_t size() const override { return octets_.size(); }

    awaitable<Result<std::string_view>> next() override
    {
        const auto piece = octets_.substr(position_, piece_octets);
        position_ += piece.size();
        co_return piece;
    }

    void seek(std::uint64_t offset) override
    {
        position_ = static_cast<std::size_t>(std::min<std::uint64_t>(offset, octets_.size()));
    }

private:
    std::unique_ptr<char[]> room_;
    std::string_view octets_;
    std::size_t position_ = 0;
};

/// A message whose body is in a file of its own, read piece by piece.
class FileReader final : public MessageReader
{
public:
    FileReader(Core& core, std::string trace, Place place, std::shared_ptr<Descriptor> file,
               std::unique_ptr<Holds::Body> hold)
        : core_(core), state_(std::make_shared<State>())
    {
        state_->trace = std::move(trace);
        state_->place = place;
        state_->file = std::move(file);
        state_->hold = std::move(hold);
    }

    ~FileReader() override
    {
        state_.reset();
        core_.wake_upkeep();
    }

    std::uint64_t size() const override { return state_->size(); }

    awaitable<Result<std::string_view>> next() override
    {
        auto work = [state = state_](Database&) { return state->read(); };
        return submit(*core_.readers, std::move(work));
    }

    void seek(std::uint64_t offset) override
    {
        state_->position = std::min(offset, state_->size());
        state_->in_order = state_->in_order && state_->position == 0;
    }

private:
    /// Apart, so that a read under way outlives its caller.
    struct State
    {
        std::string trace;
        Place place;
        std::shared_ptr<Descriptor> file;
        std::unique_ptr<Holds::Body> hold;
        std::string piece;
        std::uint64_t position = 0;
        std::uint32_t checksum = 0; // of the body so far
        bool in_order = true;       // from the beginning, nothing left out

        std::uint64_t size() const { return trace.size() + place.octets; }

        Result<std::string_view> read()
        {
            piece.clear();
            if (position == 0) checksum = 0;
            if (position < trace.size()) piece = trace.substr(static_cast<std::size_t>(position));
            const std::size_t before = piece.size();
            const std::uint64_t left = size() - position - before;
            const auto wanted = static_cast<std::size_t>(
                std::min<std::uint64_t>(left, piece_octets - std::min(piece_octets, before)));
            piece.resize(before + wanted);
            const std::uint64_t offset = position + before - trace.size();
            const auto octets = read_at(file->number(), std::span(piece).subspan(before), offset);
            if (!octets || *octets != wanted) return make_error_code(Errc::not_found);
            position += piece.size();
            if (in_order && wanted > 0) {
                checksum = sqlite::checksum(std::string_view(piece).substr(before), checksum);
                if (position == size() && checksum != place.checksum) return make_error_code(Errc::not_found);
            }
            return std::string_view(piece);
        }
    };

    Core& core_;
    std::shared_ptr<State> state_;
};

using Opened = Result<std::unique_ptr<MessageReader>>;

/// The record is read to where its body has the place that it is sent from.
Opened read_segment(Core& core, const Place& place, std::string_view trace)
{
    const auto file = core.bodies->open(place);
    if (!file) return make_error_code(Errc::not_found);
    const auto record_octets = static_cast<std::size_t>(place.record_octets());
    auto room = std::make_unique_for_overwrite<char[]>(trace.size() + record_octets);
    const auto body =
        read_body((*file)->number(), place, std::span(room.get() + trace.size(), record_octets));
    if (!body) return make_error_code(Errc::not_found);
    // In front of the body, over the record's header, which has done its service.
    char* const begin = room.get() + record_header_octets;
    std::ranges::copy(trace, begin);
    const std::string_view octets(begin, trace.size() + body->size());
    return std::make_unique<SmallReader>(std::move(room), octets);
}

/// The same for what the database holds; `content` is the row's.
Opened read_row(const Place& place, std::string_view trace, std::string_view content)
{
    if (content.size() != place.octets || checksum(content) != place.checksum)
        return make_error_code(Errc::not_found);
    const auto size = trace.size() + content.size();
    auto room = std::make_unique_for_overwrite<char[]>(size);
    std::ranges::copy(content, std::ranges::copy(trace, room.get()).out);
    const std::string_view octets(room.get(), size);
    return std::make_unique<SmallReader>(std::move(room), octets);
}

/// Trace fields and body of the row with that id; `sql` finds it.
Opened open_row(Core& core, Database& database, const char* sql, std::int64_t id)
{
    auto hold = core.holds->open_body(); // before we look, so that it cannot go meanwhile
    Query row(database, sql, id);
    if (!row.step()) return make_error_code(Errc::not_found);
    const Place place = place_of(row, 0);
    hold->found(place.body);
    const auto trace = row.text(6);
    if (place.tier == Tier::file) {
        auto file = core.bodies->open(place);
        if (!file) return make_error_code(Errc::not_found);
        return std::make_unique<FileReader>(core, std::string(trace), place, std::move(*file),
                                            std::move(hold));
    }
    if (place.tier == Tier::segment) return read_segment(core, place, trace);
    return read_row(place, trace, row.text(7));
}

Opened open_message(Core& core, Database& database, MessageId message)
{
    constexpr auto sql =
        "SELECT body.id, body.tier, body.segment, body.offset, body.octets, body.checksum, msg.trace, "
        "body.content FROM msg JOIN body ON body.id = msg.body WHERE msg.id = ?";
    auto reader = open_row(core, database, sql, static_cast<std::int64_t>(message));
    if (!reader) core.wake_upkeep();
    return reader;
}

} // namespace

awaitable<Opened> SqliteMail::open(MessageId message)
{
    auto work = [this, message](Database& database) { return open_message(core_, database, message); };
    return submit(*core_.readers, std::move(work));
}

awaitable<Result<std::vector<std::unique_ptr<MessageReader>>>>
SqliteMail::open(std::vector<MessageId> messages)
{
    auto work = [this, messages = std::move(messages)](
                    Database& database) -> Result<std::vector<std::unique_ptr<MessageReader>>> {
        std::vector<std::unique_ptr<MessageReader>> readers;
        for (const MessageId message : messages) {
            auto reader = open_message(core_, database, message);
            if (!reader && readers.empty()) return reader.error();
            if (!reader) break;
            readers.push_back(std::move(*reader));
        }
        return readers;
    };
    return submit(*core_.readers, std::move(work));
}

awaitable<Opened> SqliteQueue::open(QueueId id)
{
    auto work = [this, id](Database& database) {
        constexpr auto sql =
            "SELECT body.id, body.tier, body.segment, body.offset, body.octets, body.checksum, queue.trace, "
            "body.content FROM queue JOIN body ON body.id = queue.body WHERE queue.id = ?";
        auto reader = open_row(core_, database, sql, static_cast<std::int64_t>(id));
        if (!reader) core_.wake_upkeep();
        return reader;
    };
    return submit(*core_.readers, std::move(work));
}

} // namespace pillarbox::storage::sqlite
