#include "tests/unit/api/site_test.hpp"

#include <boost/json/array.hpp>

#include <thread>

namespace pillarbox::api {
namespace {

class ThreadsTest : public SiteTest
{
protected:
    void bring(std::string_view address, const std::string& subject, const std::string& headers)
    {
        deliver(address, "From: Ada <ada@example.net>\nSubject: " + subject + "\n" + headers + "\n\nText\n");
    }

    /// Who belongs to whom is known in moments.
    void wait_for_index()
    {
        while (get("alice", "/api/v1/messages?q=text").json().at("behind").as_int64() != 0)
            std::this_thread::yield();
    }

    std::string subjects(const std::string& id)
    {
        const auto reply = get("alice", "/api/v1/threads/" + id);
        EXPECT_EQ(reply.status, 200u) << reply.body;
        std::string all;
        const auto answer = reply.json();
        for (const auto& item : answer.at("items").as_array())
            all += (all.empty() ? "" : ", ") + std::string(item.at("subject").as_string());
        return all;
    }
};

TEST_F(ThreadsTest, HasWhatAnswersEachOtherAndNothingElse)
{
    bring("alice@example.org", "Hut", "Message-ID: <1@example.net>");
    const auto first = newest("alice");
    bring("alice@example.org", "Re: Hut", "Message-ID: <2@example.net>\nIn-Reply-To: <1@example.net>");
    bring("alice@example.org", "Hut", "Message-ID: <3@example.net>"); // the same subject is no answer
    const auto other = newest("alice");
    bring("bob@example.org", "Re: Hut", "Message-ID: <4@example.net>\nReferences: <1@example.net>");
    bring("alice@example.org", "Re: Re: Hut",
          "Message-ID: <5@example.net>\nReferences: <1@example.net> <2@example.net>");
    const auto last = newest("alice");
    wait_for_index();
    EXPECT_EQ(subjects(first), "Hut, Re: Hut, Re: Re: Hut");
    EXPECT_EQ(subjects(last), "Hut, Re: Hut, Re: Re: Hut");
    EXPECT_EQ(subjects(other), "Hut");
}

TEST_F(ThreadsTest, SomebodyElsesIsNotThere)
{
    bring("bob@example.org", "Hut", "Message-ID: <1@example.net>");
    const auto theirs = newest("bob");
    for (const std::string& id : {theirs, std::string("7777"), std::string("x"), std::string("-1")}) {
        const auto reply = get("alice", "/api/v1/threads/" + id);
        EXPECT_EQ(reply.status, 404u) << id;
        EXPECT_EQ(reply.problem(), "not-found") << id;
    }
}

} // namespace
} // namespace pillarbox::api
