#include "storage/maintenance.hpp"
#include "storage/sqlite/mailbox_name.hpp"
#include "tests/unit/storage/store_test.hpp"

#include <algorithm>

namespace pillarbox::storage {
namespace {

class MailboxesTest : public StoreTest
{
public:
    Result<MailboxId> add(const std::string& name) { return run(mail().add_mailbox(account(alice), name)); }

    Result<void> rename(MailboxId mailbox, const std::string& name)
    {
        return run(mail().rename_mailbox(account(alice), mailbox, name));
    }

    Result<void> remove(MailboxId mailbox) { return run(mail().remove_mailbox(account(alice), mailbox)); }

    /// Names of the person's own, with how many messages each has.
    std::string own()
    {
        std::string names;
        for (const auto& mailbox : *run(mail().mailboxes(account(alice)))) {
            if (mailbox.role != MailboxRole::own) continue;
            names += (names.empty() ? "" : ", ") + mailbox.name;
            if (mailbox.messages > 0) names += ":" + std::to_string(mailbox.messages);
        }
        return names;
    }

    std::uint64_t wrong()
    {
        close();
        const auto sum = verify(options_, {});
        reopen();
        return sum.wrong;
    }
};

TEST_F(MailboxesTest, AreMadeWithThoseTheyLieIn)
{
    ASSERT_TRUE(add("Work/2026/Q4"));
    EXPECT_EQ(own(), "Work, Work/2026, Work/2026/Q4");
    ASSERT_TRUE(add("Work/2025"));
    EXPECT_EQ(add("Work").error(), Errc::already_exists);
    EXPECT_EQ(add("INBOX").error(), Errc::already_exists);
    EXPECT_EQ(add("Sent").error(), Errc::already_exists);
    ASSERT_TRUE(add("iNbOx/lists"));
    ASSERT_TRUE(add("inboxes"));
    EXPECT_EQ(own(), "Inbox/lists, Work, Work/2025, Work/2026, Work/2026/Q4, inboxes");
    EXPECT_EQ(run(mail().add_mailbox(AccountId{4711}, "x")).error(), Errc::not_found);
    // An import finds the same ones.
    EXPECT_EQ(*run(store_->transfer().mailbox(account(alice), "INBOX")), mailbox(alice));
}

TEST_F(MailboxesTest, HaveNamesThatEveryProtocolCanSay)
{
    const std::string longest(255, 'x');
    for (const std::string& name :
         {std::string("Gr\xc3\xb6\xc3\x9f"
                      "e"),
          std::string("\xe2\x9c\x89 \xf0\x9f\x93\xac"), std::string("a b"), std::string("&-~"), longest})
        EXPECT_TRUE(sqlite::usable_mailbox(name)) << name;
    for (const std::string& name : {std::string(),
                                    std::string("/"),
                                    std::string("a/"),
                                    std::string("/a"),
                                    std::string("a//b"),
                                    std::string(" a"),
                                    std::string("a/ b"),
                                    std::string("a "),
                                    std::string("a*"),
                                    std::string("%"),
                                    std::string("a\nb"),
                                    std::string("a\0b", 3),
                                    std::string("\x7f"),
                                    std::string("\xc3"),
                                    std::string("\xff"),
                                    std::string("\xc0\xaf"),
                                    std::string("\xe0\x80\xaf"),
                                    std::string("\xed\xa0\x80"),
                                    std::string("\xf4\x90\x80\x80"),
                                    std::string("\xc2\x85"),
                                    std::string("\xe2\x80\xa8"),
                                    longest + "x"}) {
        EXPECT_FALSE(sqlite::usable_mailbox(name)) << name;
        EXPECT_EQ(add(name).error(), Errc::invalid) << name;
    }
    EXPECT_EQ(own(), "");
}

TEST_F(MailboxesTest, AreRenamedWithThoseThatLieInThem)
{
    const auto work = [&](const std::string& name) {
        return *run(store_->transfer().mailbox(account(alice), name));
    };
    ASSERT_TRUE(add("Work/2026/Q4"));
    ASSERT_TRUE(add("Work-old"));
    ASSERT_TRUE(rename(work("Work"), "Jobs/All"));
    EXPECT_EQ(own(), "Jobs, Jobs/All, Jobs/All/2026, Jobs/All/2026/Q4, Work-old");
    EXPECT_EQ(rename(work("Jobs"), "Jobs/All/x").error(), Errc::invalid);
    EXPECT_EQ(rename(work("Jobs/All"), "Work-old").error(), Errc::already_exists);
    EXPECT_EQ(rename(work("Jobs"), std::string(250, 'x')).error(), Errc::invalid); // those in it get too long
    EXPECT_EQ(rename(work("Jobs"), "inbox").error(), Errc::already_exists);
    EXPECT_EQ(rename(mailbox(alice, MailboxRole::junk), "Spam").error(), Errc::invalid);
    EXPECT_EQ(rename(mailbox(bob, MailboxRole::junk), "Spam").error(), Errc::not_found);
    ASSERT_TRUE(rename(work("Work-old"), "Work-old"));
    EXPECT_EQ(own(), "Jobs, Jobs/All, Jobs/All/2026, Jobs/All/2026/Q4, Work-old");
    ASSERT_TRUE(rename(work("Jobs/All"), "All")); // and out again
    EXPECT_EQ(own(), "All, All/2026, All/2026/Q4, Jobs, Work-old");
}

TEST_F(MailboxesTest, GoWithTheirMessages)
{
    options_.vault = std::chrono::hours(1);
    reopen();
    ASSERT_TRUE(run(accounts().set_domain_quota("example.org", 1'000'000)));
    const auto box = *add("Work/2026");
    ASSERT_TRUE(deliver(text_of(1'000), {alice, bob}));
    ASSERT_TRUE(deliver(text_of(500), {alice}));
    const auto kept = entries(alice)[0].id;
    ASSERT_TRUE(run(mail().move(account(alice), {entries(alice)[1].id}, box)));
    ASSERT_TRUE(run(mail().copy(account(alice), {kept}, box)));
    EXPECT_EQ(own(), "Work, Work/2026:2");
    EXPECT_EQ(remove(*run(store_->transfer().mailbox(account(alice), "Work"))).error(), Errc::invalid);
    EXPECT_EQ(remove(mailbox(alice)).error(), Errc::invalid);
    EXPECT_EQ(remove(mailbox(bob)).error(), Errc::not_found);
    const auto before = run(store_->changes().since(account(alice), 0, 100))->modseq;
    ASSERT_TRUE(remove(box));
    EXPECT_EQ(remove(box).error(), Errc::not_found);
    EXPECT_EQ(own(), "Work");
    EXPECT_EQ(run(accounts().find(alice))->messages, 1u);
    EXPECT_EQ(run(accounts().find(alice))->octets, 1'000 + trace.size());
    EXPECT_TRUE(run(store_->changes().since(account(alice), before, 100))->everything);
    core().upkeep->run_once();
    EXPECT_EQ(wrong(), 0u);
    // They can be had back, into the Inbox now.
    const auto deleted = run(vault().list(account(alice), std::nullopt, 10));
    ASSERT_EQ(deleted->size(), 2u);
    ASSERT_TRUE(run(vault().restore(account(alice), {deleted->at(0).message.id, deleted->at(1).message.id})));
    EXPECT_EQ(entries(alice).size(), 3u);
    EXPECT_EQ(wrong(), 0u);
}

TEST_F(MailboxesTest, AreNotWithoutEnd)
{
    const auto fill = [id = account(alice)](sqlite::Database& database) -> Result<void> {
        for (int i = 1; i < 1'000; ++i)
            sqlite::make_mailbox(database, id, MailboxRole::own, std::to_string(i));
        return boost::system::in_place_value;
    };
    ASSERT_TRUE(run(sqlite::submit(*core().writer, fill)));
    EXPECT_EQ(add("a/b").error(), Errc::over_quota);
    ASSERT_TRUE(add("a"));
    EXPECT_EQ(add("b").error(), Errc::over_quota);
    EXPECT_TRUE(run(mail().add_mailbox(account(bob), "b")));
}

} // namespace
} // namespace pillarbox::storage
