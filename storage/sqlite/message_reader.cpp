#include "storage/sqlite/access.hpp"

#include "storage/sqlite/checksum.hpp"
#include "storage/sqlite/core.hpp"

#include <algorithm>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::size_t piece_octets = 256ul * 1024;

/// A message that is in memory as a whole: those in a row or a segment are
/// small, and were read and checked with one hop.
class SmallReader final : public MessageReader
{
public:
    explicit SmallReader(std::string octets) : octets_(std::move(octets)) {}

    std::uint64_t size() const override { return octets_.size(); }

    awaitable<Result<std::string_view>> next() override
    {
        const auto piece = std::string_view(octets_).substr(position_, piece_octets);
        position_ += piece.size();
        co_return piece;
    }

    void seek(std::uint64_t offset) override
    {
        position_ = static_cast<std::size_t>(std::min<std::uint64_t>(offset, octets_.size()));
    }

private:
    std::string octets_;
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

Result<std::string> read_segment(Core& core, const Place& place, std::string octets)
{
    const auto file = core.bodies->open(place);
    if (!file) return make_error_code(Errc::not_found);
    std::string record;
    const auto body = read_body((*file)->number(), place, record);
    if (!body) return make_error_code(Errc::not_found);
    octets += *body;
    return octets;
}

/// The same for what the database holds; `content` is the row's.
Result<std::string> read_row(const Place& place, std::string octets, std::string_view content)
{
    if (content.size() != place.octets || checksum(content) != place.checksum)
        return make_error_code(Errc::not_found);
    octets += content;
    return octets;
}

/// Trace fields and body of the row with that id; `sql` finds it.
Result<std::unique_ptr<MessageReader>> open_row(Core& core, Database& database, const char* sql,
                                                std::int64_t id)
{
    auto hold = core.holds->open_body(); // before we look, so that it cannot go meanwhile
    Query row(database, sql, id);
    if (!row.step()) return make_error_code(Errc::not_found);
    const Place place = place_of(row, 0);
    hold->found(place.body);
    auto trace = row.as<std::string>(6);
    if (place.tier == Tier::file) {
        auto file = core.bodies->open(place);
        if (!file) return make_error_code(Errc::not_found);
        return std::make_unique<FileReader>(core, std::move(trace), place, std::move(*file), std::move(hold));
    }
    auto octets = place.tier == Tier::segment ? read_segment(core, place, std::move(trace))
                                              : read_row(place, std::move(trace), row.text(7));
    if (!octets) return octets.error();
    return std::make_unique<SmallReader>(std::move(*octets));
}

Result<std::unique_ptr<MessageReader>> open_message(Core& core, Database& database, MessageId message)
{
    constexpr auto sql =
        "SELECT body.id, body.tier, body.segment, body.offset, body.octets, body.checksum, msg.trace, "
        "body.content FROM msg JOIN body ON body.id = msg.body WHERE msg.id = ?";
    auto reader = open_row(core, database, sql, static_cast<std::int64_t>(message));
    if (!reader) core.wake_upkeep();
    return reader;
}

} // namespace

awaitable<Result<std::unique_ptr<MessageReader>>> SqliteMail::open(MessageId message)
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

awaitable<Result<std::unique_ptr<MessageReader>>> SqliteQueue::open(QueueId id)
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
