#include "tests/unit/storage/search_test.hpp"

namespace pillarbox::storage {
namespace {

class ThreadTest : public SearchTest
{
public:
    /// A message with an id, which answers others.
    void write(const std::string& id, const std::string& header = {},
               const std::vector<std::string>& addresses = {"alice@example.org"})
    {
        const auto own = "<" + id + "@example.org>";
        auto one = delivery("Subject: " + id + "\r\nMessage-ID: " + own + "\r\n" + header + "\r\ntext\r\n",
                            addresses);
        one.summary.subject = id;
        one.summary.message_id = own;
        one.summary.thread_key = own; // or the first that it answers
        if (const auto begin = header.find('<'); begin != std::string::npos)
            one.summary.thread_key = header.substr(begin, header.find('>') + 1 - begin);
        ASSERT_TRUE(run(mail().deliver(std::move(one))));
    }

    List thread(MessageId message, const std::string& address = "alice@example.org")
    {
        List subjects;
        const auto messages = run(store_->search().thread(account(address), message));
        EXPECT_TRUE(messages);
        for (const auto& one : messages ? *messages : std::vector<Listed>())
            subjects.push_back(one.summary.subject);
        return subjects;
    }
};

TEST_F(ThreadTest, JoinsAnswers)
{
    write("1");
    write("alone");
    const auto alone = newest();
    write("2", "In-Reply-To: <1@example.org>\r\n");
    write("3", "References: <1@example.org> <2@example.org>\r\n");
    const auto third = newest();
    write("other", "References: <9@example.org>\r\n");
    index();
    EXPECT_EQ(thread(third), (List{"1", "2", "3"}));
    EXPECT_EQ(thread(alone), List{"alone"});
}

TEST_F(ThreadTest, JoinsThroughMessagesThatAreNotThere)
{
    write("2", "In-Reply-To: <1@example.org>\r\n");
    write("3", "In-Reply-To: <1@example.org>\r\n");
    write("4", "References: <3@example.org>\r\n");
    const auto last = newest();
    index();
    EXPECT_EQ(thread(last), (List{"2", "3", "4"}));
}

TEST_F(ThreadTest, StaysWithinTheAccount)
{
    write("1", {}, {"alice@example.org", "bob@example.org"});
    const auto hers = newest();
    const auto his = newest("bob@example.org");
    write("2", "References: <1@example.org>\r\n", {"bob@example.org"});
    index();
    EXPECT_EQ(thread(hers), List{"1"});
    EXPECT_EQ(thread(his, "bob@example.org"), (List{"1", "2"}));
    EXPECT_EQ(run(store_->search().thread(account("alice@example.org"), his)).error(), Errc::not_found);
}

TEST_F(ThreadTest, LeavesOutWhatIsDeleted)
{
    write("1");
    const auto first = newest();
    write("2", "References: <1@example.org>\r\n");
    const auto second = newest();
    index();
    ASSERT_TRUE(run(mail().expunge(account("alice@example.org"), {first})));
    EXPECT_EQ(thread(second), List{"2"});
    core().upkeep->run_once();
    index();
    EXPECT_EQ(thread(second), List{"2"});
    EXPECT_EQ(run(store_->search().thread(account("alice@example.org"), first)).error(), Errc::not_found);
}

TEST_F(ThreadTest, HasWhatIsNotIndexedYet)
{
    write("1");
    const auto first = newest();
    write("2", "In-Reply-To: <1@example.org>\r\n");
    index();
    core().indexer->stop();
    write("3", "References: <1@example.org> <2@example.org>\r\n");
    write("alone");
    const auto alone = newest();
    write("4", "In-Reply-To: <3@example.org>\r\n");
    const auto last = newest();
    EXPECT_EQ(thread(first), (List{"1", "2", "3", "4"}));
    EXPECT_EQ(thread(last), (List{"1", "2", "3", "4"}));
    EXPECT_EQ(thread(alone), List{"alone"});
}

TEST_F(ThreadTest, HasAtMostSoMany)
{
    for (int i = 0; i < 520; ++i)
        write(std::to_string(i), "References: <root@example.org>\r\n");
    const auto last = newest();
    index();
    const auto messages = thread(last);
    EXPECT_EQ(messages.size(), 500u);
    EXPECT_EQ(messages.back(), "519");
}

} // namespace
} // namespace pillarbox::storage
