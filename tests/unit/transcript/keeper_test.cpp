#include "server/transcript/keeper.hpp"

#include "server/transcript/archive.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace pillarbox::transcript {
namespace {

using namespace std::chrono_literals;

struct KeeperTest : ::testing::Test
{
    test::TemporaryFolder folder;
    Config config;

    KeeperTest()
    {
        config.data_dir = folder.path();
        config.storage.reserve = 0;
    }

    std::vector<std::string> kept() const
    {
        std::vector<std::string> sessions;
        each(directory_in(config.data_dir), [&](const Record& record) {
            sessions.push_back(record.about.session);
            return true;
        });
        return sessions;
    }

    static void say(Keeper& keeper, const std::string& session, const std::string& text)
    {
        const auto transcript = keeper.for_listener("pop3")(session, "192.0.2.7");
        transcript->said(text + "\r\n");
        transcript->ended({});
        transcript->finish();
    }
};

TEST_F(KeeperTest, WritesWhatIsThereBeforeItGoes)
{
    {
        Keeper keeper(config);
        say(keeper, "one", "+OK");
        say(keeper, "two", "+OK");
    }
    EXPECT_EQ(kept(), (std::vector<std::string>{"two", "one"}));
    {
        Keeper keeper(config);
        say(keeper, "three", "+OK");
    }
    EXPECT_EQ(kept(), (std::vector<std::string>{"three", "two", "one"}));
}

TEST_F(KeeperTest, KeepsMailProtocolsAlone)
{
    Keeper keeper(config);
    for (const char* protocol : {"smtp", "submission", "submissions", "pop3", "pop3s"})
        EXPECT_TRUE(keeper.for_listener(protocol)) << protocol;
    for (const char* protocol : {"http", "https", "metrics"})
        EXPECT_FALSE(keeper.for_listener(protocol)) << protocol;
}

TEST_F(KeeperTest, OffIsOff)
{
    {
        Keeper keeper(config);
        say(keeper, "one", "+OK");
    }
    config.transcripts.keep = 0s;
    const auto off = std::make_unique<Keeper>(config);
    EXPECT_FALSE(off->for_listener("pop3"));
    EXPECT_TRUE(kept().empty());
}

TEST_F(KeeperTest, SeveralThreadsMayLeaveTheirs)
{
    {
        Keeper keeper(config);
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&keeper, t] {
                for (int i = 0; i < 100; ++i)
                    say(keeper, "s" + std::to_string(t) + '-' + std::to_string(i), "+OK");
            });
        for (auto& thread : threads)
            thread.join();
    }
    EXPECT_EQ(kept().size(), 400u);
}

} // namespace
} // namespace pillarbox::transcript
