#include "storage/sqlite/backup.hpp"
#include "storage/sqlite/restore.hpp"
#include "storage/sqlite/restore_messages.hpp"
#include "storage/sqlite/verify.hpp"
#include "tests/unit/storage/store_test.hpp"

#include <fstream>

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

/// A backup with nine messages of alice's, some of which have gone since.
class RestoreMessagesTest : public StoreTest
{
public:
    RestoreMessagesTest()
    {
        underneath_.busy = 50ms;
        for (const std::size_t size : {100u, 20'000u, 400'000u}) {
            for (unsigned seed = 0; seed < 3; ++seed)
                EXPECT_TRUE(deliver(text_of(size, seed), {alice}));
        }
        EXPECT_TRUE(run(mail().set_flags(account(alice), entries(alice)[4].id, flag::flagged, 0)));
        before_ = entries(alice);
        for (const auto& entry : before_)
            octets_.push_back(*read(entry.id));
        sqlite::backup_sqlite(options_, backup_, {}, underneath_);
    }

    SelectionSummary restore(Selection selection)
    {
        selection.account = selection.account.empty() ? alice : selection.account;
        RestoreOptions options;
        options.found = [this](const Finding& finding) { found_.push_back(finding); };
        const auto sum = sqlite::restore_messages_sqlite(options_, backup_, selection, options, underneath_);
        VerifyOptions verify;
        verify.found = [](const Finding& finding) { ADD_FAILURE() << finding.kind << ": " << finding.what; };
        sqlite::verify_sqlite(options_, verify, underneath_);
        return sum;
    }

    void expunge(std::initializer_list<std::size_t> which)
    {
        std::vector<MessageId> ids;
        for (const auto i : which)
            ids.push_back(before_[i].id);
        ASSERT_TRUE(run(mail().expunge(account(alice), ids)));
        core().upkeep->run_once();
    }

    std::vector<std::string> texts(const std::string& address)
    {
        std::vector<std::string> texts;
        for (const auto& entry : entries(address))
            texts.push_back(*read(entry.id));
        return texts;
    }

    const std::filesystem::path backup_ = directory_.path() / "backup";
    std::vector<MaildropEntry> before_;
    std::vector<std::string> octets_; // of those
    std::vector<Finding> found_;
};

TEST_F(RestoreMessagesTest, BringsBackWhatHasGoneAndOnlyThat)
{
    expunge({1, 4, 7});
    const auto sum = restore({});
    EXPECT_EQ(sum.restored, 3u);
    EXPECT_EQ(sum.there, 6u);
    EXPECT_EQ(sum.damaged + sum.missing, 0u);
    const auto all = texts(alice);
    ASSERT_EQ(all.size(), 9u);
    EXPECT_EQ(all[6], octets_[1]); // behind those that stayed, in their order
    EXPECT_EQ(all[7], octets_[4]);
    EXPECT_EQ(all[8], octets_[7]);
    const auto listed = run(mail().find(account(alice), entries(alice)[7].id));
    EXPECT_EQ(listed->flags, flag::flagged);
    EXPECT_EQ(listed->summary.subject, "A subject");
    for (const auto& entry : before_)
        EXPECT_NE(entries(alice)[7].unique_id.text(), entry.unique_id.text()); // it is a new message

    const auto again = restore({});
    EXPECT_EQ(again.restored, 0u);
    EXPECT_EQ(again.there, 9u);
    // What is deleted once more can be had once more.
    ASSERT_TRUE(run(mail().expunge(account(alice), {entries(alice)[7].id})));
    EXPECT_EQ(restore({}).restored, 1u);
}

TEST_F(RestoreMessagesTest, BringsBackSingleMessages)
{
    expunge({1, 4, 7});
    Selection one;
    one.messages = {before_[4].id, MessageId{999}};
    one.mailbox = "Inbox";
    const auto sum = restore(one);
    EXPECT_EQ(sum.restored, 1u);
    EXPECT_EQ(sum.missing, 1u);
    EXPECT_EQ(texts(alice).back(), octets_[4]);
}

TEST_F(RestoreMessagesTest, BringsThemToAFolder)
{
    Selection aside;
    aside.to = "From the backup";
    EXPECT_EQ(restore(aside).restored, 9u); // though all are still there
    EXPECT_EQ(restore(aside).restored, 0u);
    const auto mailboxes = run(mail().mailboxes(account(alice)));
    EXPECT_EQ(mailboxes->back().name, "From the backup");
    EXPECT_EQ(mailboxes->back().messages, 9u);
    EXPECT_EQ(entries(alice).size(), 9u);
}

TEST_F(RestoreMessagesTest, WorksWithoutTheServerAndIntoAnotherStore)
{
    close();
    EXPECT_EQ(restore({}).restored, 0u);
    options_.directory = directory_.path() / "other";
    reopen();
    EXPECT_TRUE(run(accounts().add_domain("example.org")));
    add_account(alice);
    EXPECT_EQ(restore({}).restored, 9u);
    EXPECT_EQ(texts(alice), octets_);
}

TEST_F(RestoreMessagesTest, LeavesOutWhatIsDamagedInTheBackup)
{
    expunge({3, 4});
    {
        std::fstream stream(backup_ / "segments" / "0000000000000002",
                            std::ios::in | std::ios::out | std::ios::binary);
        stream.seekp(10'000);
        stream.put('\x01');
    }
    const auto sum = restore({});
    EXPECT_EQ(sum.damaged, 1u);
    EXPECT_EQ(sum.restored, 1u);
    ASSERT_EQ(found_.size(), 1u);
    EXPECT_EQ(found_[0].message, static_cast<std::int64_t>(before_[3].id));
    EXPECT_EQ(texts(alice).back(), octets_[4]);
}

TEST_F(RestoreMessagesTest, SaysWhatItDoesNotFind)
{
    const auto failure = [&](const Selection& selection) -> std::string {
        try {
            restore(selection);
            return "";
        } catch (const std::runtime_error& error) {
            return error.what();
        }
    };
    EXPECT_NE(failure({.account = "nobody@example.org"}).find("no account"), std::string::npos);
    EXPECT_NE(failure({.account = alice, .mailbox = "None"}).find("no mailbox"), std::string::npos);
    ASSERT_TRUE(run(accounts().remove(bob)));
    EXPECT_NE(failure({.account = bob}).find("account add"), std::string::npos);
}

TEST_F(RestoreMessagesTest, ListsWhatIsInTheBackup)
{
    const auto all = sqlite::list_mailboxes_sqlite(backup_, "");
    EXPECT_EQ(all.size(), 12u);
    EXPECT_EQ(all[0].account, alice);
    EXPECT_EQ(all[0].name, "Inbox");
    EXPECT_EQ(all[0].messages, 9u);
    EXPECT_EQ(sqlite::list_mailboxes_sqlite(backup_, bob).size(), 6u);
    EXPECT_THROW(sqlite::list_mailboxes_sqlite(backup_, "nobody@example.org"), std::runtime_error);
    std::vector<MessageId> ids;
    sqlite::list_messages_sqlite(backup_, alice, "Inbox",
                                 [&](const Listed& message) { ids.push_back(message.id); });
    ASSERT_EQ(ids.size(), 9u);
    EXPECT_EQ(ids[4], before_[4].id);
    EXPECT_THROW(sqlite::list_messages_sqlite(backup_, alice, "None", {}), std::runtime_error);
}

} // namespace
} // namespace pillarbox::storage
