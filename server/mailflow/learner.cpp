#include "server/mailflow/learner.hpp"

#include "server/junk/words.hpp"
#include "server/mailflow/index_text.hpp"
#include "server/mailflow/sorter.hpp"
#include "server/net/offload.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace pillarbox::mailflow {

namespace asio = boost::asio;

namespace {

using storage::Result;

constexpr std::size_t lessons_at_once = 50;
constexpr std::chrono::seconds longest_lesson_wait{60}; // what another process has moved wakes nobody

class HeldOctets final : public storage::Octets
{
public:
    explicit HeldOctets(std::string octets) : octets_(std::move(octets)) {}

    std::uint64_t size() const override { return octets_.size(); }

    std::string_view read(std::uint64_t offset, std::size_t length) const override
    {
        return std::string_view(octets_).substr(std::min<std::uint64_t>(offset, octets_.size()), length);
    }

private:
    std::string octets_;
};

/// The message's first octets; empty when it is gone.
awaitable<Result<std::string>> read_message(storage::Mail& mail, storage::Lesson lesson)
{
    const auto listed = co_await mail.find(lesson.account, lesson.message);
    if (!listed) co_return listed.error();
    const auto reader = co_await mail.open(lesson.message);
    if (!reader) co_return reader.error();
    std::string octets;
    while (octets.size() < most_judged_octets) {
        const auto piece = co_await (*reader)->next();
        if (!piece) co_return piece.error();
        if (piece->empty()) break;
        octets += piece->substr(0, most_judged_octets - octets.size());
    }
    co_return octets;
}

} // namespace

Learner::Learner(asio::any_io_executor executor, storage::Store& store, bool learns)
    : store_(store), learns_(learns), timer_(std::move(executor))
{
    store_.junk().on_lesson([this] { wake(); });
}

void Learner::wake()
{
    asio::post(timer_.get_executor(), [this] {
        woken_ = true;
        timer_.cancel();
    });
}

void Learner::stop()
{
    store_.junk().on_lesson({});
    asio::post(timer_.get_executor(), [this] {
        stopped_ = true;
        timer_.cancel();
    });
}

awaitable<void> Learner::run()
{
    while (!stopped_) {
        woken_ = false;
        const auto learned = co_await learn_all();
        if (!learned) log_.warning("mailflow.not_learned", {{"reason", learned.error().message()}});
        if (woken_ || stopped_) continue;
        timer_.expires_after(longest_lesson_wait);
        [[maybe_unused]] const auto waited = co_await timer_.async_wait(asio::as_tuple(asio::deferred));
    }
}

awaitable<Result<void>> Learner::learn_all()
{
    while (!stopped_) {
        const auto lessons = co_await store_.junk().lessons(lessons_at_once);
        if (!lessons) co_return lessons.error();
        if (lessons->empty()) break;
        for (const auto& lesson : *lessons) {
            auto words = co_await words_of(lesson);
            if (!words) co_return words.error();
            const auto learned = co_await store_.junk().learn(lesson, std::move(*words));
            if (!learned) co_return learned.error();
        }
    }
    co_return Result<void>{boost::system::in_place_value};
}

/// None when there is nothing to learn: the message is gone, or has no words.
awaitable<Result<std::vector<std::uint64_t>>> Learner::words_of(storage::Lesson lesson)
{
    std::vector<std::uint64_t> hashes;
    if (!learns_) co_return hashes;
    auto octets = co_await read_message(store_.mail(), lesson);
    if (!octets && octets.error() == storage::Errc::not_found) co_return hashes;
    if (!octets) co_return octets.error();
    const auto find_words = [held = std::make_shared<HeldOctets>(std::move(*octets))] {
        return junk::words_of(IndexText().extract(*held));
    };
    const auto words = co_await net::offload(words_, find_words);
    std::ranges::transform(words, std::back_inserter(hashes), junk::hash_of);
    co_return hashes;
}

} // namespace pillarbox::mailflow
