#include "tests/unit/storage/compaction_test.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <latch>

namespace pillarbox::storage {
namespace {

TEST_F(CompactionTest, LeavesToSegmentsWhatAloneWouldGoIntoARow)
{
    constexpr std::size_t small = 9'000;
    // Together they go into a segment: they come while another is being written.
    std::vector<Delivery> deliveries;
    for (const std::size_t octets : {body_octets, small, small, small, small})
        deliveries.push_back(delivery(text_of(octets, seed_++), {alice}));
    std::latch came{1};
    disk_->before_write = [&came] { came.wait(); };
    for (auto& one : deliveries) {
        boost::asio::co_spawn(context_, mail().deliver(std::move(one)),
                              [](std::exception_ptr, Result<void> delivered) { EXPECT_TRUE(delivered); });
    }
    context_.restart();
    context_.poll();
    came.count_down();
    context_.run();
    // One may have been taken before the others came, and one may be left.
    const auto all_ids = ids();
    const auto found = std::ranges::find_if(all_ids, [this](auto id) {
        const auto place = place_of(id);
        return place.tier == sqlite::Tier::segment && place.octets == small;
    });
    ASSERT_NE(found, all_ids.end());
    const auto stays = *found;
    const auto before = place_of(stays);
    for (int i = 0; i < 12; ++i) // so that another segment is the last
        ASSERT_TRUE(deliver(text_of(body_octets, seed_++), {alice}));
    auto gone = ids();
    std::erase(gone, stays);
    ASSERT_TRUE(run(mail().expunge(account(alice), gone)));
    const auto all = texts();
    core().upkeep->run_once();
    EXPECT_EQ(texts(), all);
    const auto after = place_of(stays);
    EXPECT_EQ(after.tier, sqlite::Tier::segment);
    EXPECT_NE(after.segment, before.segment);
    EXPECT_EQ(verify(), Kinds());
}

} // namespace
} // namespace pillarbox::storage
