#include "tests/unit/storage/store_test.hpp"

#include <algorithm>

namespace pillarbox::storage {
namespace {

using namespace std::chrono_literals;

class DraftsTest : public StoreTest
{
public:
    Drafts& drafts() { return store_->drafts(); }
    Submissions& submissions() { return store_->submissions(); }

    NewDraft written(std::string_view text)
    {
        NewDraft draft;
        draft.account = account(alice);
        draft.body = mail().new_spool();
        EXPECT_TRUE(draft.body->append(text));
        draft.summary.subject = text.substr(0, 20);
        return draft;
    }

    Draft add(std::string_view text) { return run(drafts().add(written(text))).value().draft; }

    Submission send(const Draft& draft, std::string key,
                    Time at = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now() + 1h))
    {
        NewSubmission wanted{account(alice), draft.id, draft.message, std::move(key), at};
        auto submitted = run(submissions().add(wanted)).value();
        EXPECT_EQ(submitted.outcome, Submitted::Outcome::done);
        return submitted.submission;
    }

    Result<void> deliver_as(SubmissionId id)
    {
        auto sending = delivery("text", {bob});
        sending.copies.push_back({account(alice), {}, MailboxRole::sent});
        sending.submitter = account(alice);
        sending.submission = id;
        return run(mail().deliver(std::move(sending)));
    }

    std::vector<Listed> list(MailboxRole role)
    {
        return run(mail().list(account(alice), mailbox(alice, role), 0, 0, 100)).value().items;
    }
};

TEST_F(DraftsTest, KeepsItsIdWhateverIsWritten)
{
    const auto first = add("one");
    EXPECT_EQ(std::int64_t(first.id), std::int64_t(first.message));
    auto saved = run(drafts().replace(first.id, first.message, written(text_of(300'000)))).value();
    EXPECT_EQ(saved.outcome, DraftSaved::Outcome::done);
    EXPECT_EQ(saved.draft.id, first.id);
    EXPECT_NE(saved.draft.message, first.message);

    const auto shown = list(MailboxRole::drafts);
    ASSERT_EQ(shown.size(), 1u);
    EXPECT_EQ(shown[0].id, saved.draft.message);
    EXPECT_EQ(shown[0].flags, flag::seen | flag::draft);
    EXPECT_EQ(run(accounts().find(alice))->octets, 300'000u);
    EXPECT_TRUE(run(vault().list(account(alice), std::nullopt, 10)).value().empty());
    for (const auto id : {std::int64_t(first.id), std::int64_t(saved.draft.message)})
        EXPECT_EQ(run(drafts().find(account(alice), MessageId(id))).value().message, saved.draft.message);
    EXPECT_EQ(run(drafts().find(account(bob), first.message)).error(), Errc::not_found);
    reopen();
    EXPECT_EQ(run(drafts().find(account(alice), first.message)).value().message, saved.draft.message);
}

TEST_F(DraftsTest, OneOfAKeyIsAddedOnce)
{
    const auto under = [&](std::string_view text, std::string_view key, std::string_view who = alice) {
        auto draft = written(text);
        draft.account = account(who);
        draft.key = key;
        return run(drafts().add(std::move(draft))).value();
    };
    const auto first = under("one", "k");
    EXPECT_EQ(first.outcome, DraftSaved::Outcome::done);
    const auto again = under(text_of(300'000), "k"); // whose octets do not stay
    EXPECT_EQ(again.outcome, DraftSaved::Outcome::present);
    EXPECT_EQ(again.draft.id, first.draft.id);
    EXPECT_EQ(under("one", "another").outcome, DraftSaved::Outcome::done);
    EXPECT_EQ(under("one", "k", bob).outcome, DraftSaved::Outcome::done);
    EXPECT_EQ(under("one", "").outcome, DraftSaved::Outcome::done);
    EXPECT_EQ(under("one", "").outcome, DraftSaved::Outcome::done);
    EXPECT_EQ(list(MailboxRole::drafts).size(), 4u);

    // By its key whatever has been written since, and until it is gone.
    const auto saved = run(drafts().replace(first.draft.id, first.draft.message, written("two"))).value();
    reopen();
    EXPECT_EQ(under("one", "k").draft.message, saved.draft.message);
    ASSERT_TRUE(run(drafts().remove(account(alice), first.draft.id, std::nullopt)).has_value());
    EXPECT_EQ(under("one", "k").outcome, DraftSaved::Outcome::done);
}

TEST_F(DraftsTest, ChangedElsewhereNothingIsDone)
{
    const auto first = add("one");
    const auto second = run(drafts().replace(first.id, first.message, written("two"))).value().draft;
    for (const auto& text : {std::string("three"), text_of(20'000), text_of(400'000)}) {
        const auto late = run(drafts().replace(first.id, first.message, written(text))).value();
        EXPECT_EQ(late.outcome, DraftSaved::Outcome::changed);
        EXPECT_EQ(late.draft.message, second.message);
    }
    EXPECT_EQ(run(drafts().remove(account(alice), first.id, first.message)).value().outcome,
              DraftSaved::Outcome::changed);
    EXPECT_EQ(read(second.message).value(), "two");
    EXPECT_EQ(run(drafts().remove(account(alice), first.id, second.message)).value().outcome,
              DraftSaved::Outcome::done);
    EXPECT_EQ(run(drafts().find(account(alice), first.message)).error(), Errc::not_found);
    EXPECT_EQ(run(drafts().remove(account(alice), first.id, std::nullopt)).error(), Errc::not_found);
    EXPECT_EQ(run(drafts().replace(first.id, second.message, written("x"))).error(), Errc::not_found);
}

TEST_F(DraftsTest, AnyMessageInDraftsIsOne)
{
    auto put = delivery("theirs", {});
    put.copies.push_back({account(alice), {}, MailboxRole::drafts});
    ASSERT_TRUE(run(mail().deliver(std::move(put))));
    const auto message = list(MailboxRole::drafts).at(0).id;
    const auto draft = run(drafts().find(account(alice), message)).value();
    EXPECT_EQ(draft.message, message);
    const auto saved = run(drafts().replace(draft.id, draft.message, written("ours"))).value();
    EXPECT_EQ(saved.outcome, DraftSaved::Outcome::done);
    EXPECT_EQ(run(drafts().find(account(alice), message)).value().message, saved.draft.message);

    ASSERT_TRUE(deliver("no draft", {alice}));
    EXPECT_EQ(run(drafts().find(account(alice), entries(alice)[0].id)).error(), Errc::not_found);
    const auto moved =
        run(mail().move(account(alice), {saved.draft.message}, mailbox(alice, MailboxRole::trash)));
    ASSERT_TRUE(moved);
    EXPECT_EQ(run(drafts().find(account(alice), message)).error(), Errc::not_found);
    add("another");
}

TEST_F(DraftsTest, QuotaCountsWhatAReplacementFrees)
{
    ASSERT_TRUE(run(accounts().set_quota(alice, 1000)));
    const auto first = add(text_of(900));
    const auto second = run(drafts().replace(first.id, first.message, written(text_of(950)))).value();
    EXPECT_EQ(second.outcome, DraftSaved::Outcome::done);
    EXPECT_EQ(run(drafts().replace(first.id, second.draft.message, written(text_of(1001)))).error(),
              Errc::over_quota);
    EXPECT_EQ(run(drafts().find(account(alice), first.message)).value().message, second.draft.message);
}

TEST_F(DraftsTest, IsSentOnceAndGoesInTheSameCommit)
{
    ASSERT_TRUE(deliver("question", {alice}));
    auto answer = written("answer");
    answer.kind = DraftKind::reply;
    answer.original = entries(alice)[0].id;
    const auto draft = run(drafts().add(std::move(answer))).value().draft;
    const auto submission = send(draft, "key");
    EXPECT_EQ(run(drafts().find(account(alice), draft.message)).value().submission, submission.id);
    EXPECT_EQ(run(drafts().replace(draft.id, draft.message, written("x"))).value().outcome,
              DraftSaved::Outcome::sending);
    EXPECT_EQ(run(drafts().remove(account(alice), draft.id, std::nullopt)).value().outcome,
              DraftSaved::Outcome::sending);

    reopen();
    ASSERT_EQ(run(submissions().pending(10)).value().size(), 1u);
    ASSERT_TRUE(deliver_as(submission.id));
    EXPECT_EQ(deliver_as(submission.id).error(), Errc::not_found);
    EXPECT_EQ(entries(bob).size(), 1u);
    EXPECT_TRUE(list(MailboxRole::drafts).empty());
    EXPECT_EQ(list(MailboxRole::sent).size(), 1u);
    EXPECT_EQ(list(MailboxRole::inbox).at(0).flags, flag::answered);
    EXPECT_TRUE(run(submissions().pending(10)).value().empty());
    const auto ended = run(submissions().find(account(alice), submission.id)).value();
    EXPECT_EQ(ended.state, Submission::State::sent);
    EXPECT_EQ(run(submissions().undo(account(alice), submission.id)).value().state, Submission::State::sent);
    EXPECT_EQ(send(draft, "key").id, submission.id);
    EXPECT_EQ(run(submissions().find(account(bob), submission.id)).error(), Errc::not_found);
}

TEST_F(DraftsTest, UndoneItIsNotSentAndCanBeSentAgain)
{
    const auto draft = add("text");
    const auto submission = send(draft, "one");
    NewSubmission again{account(alice), draft.id, draft.message, "two", submission.send_at};
    EXPECT_EQ(run(submissions().add(again)).value().outcome, Submitted::Outcome::sending);
    EXPECT_EQ(run(submissions().undo(account(bob), submission.id)).error(), Errc::not_found);
    EXPECT_EQ(run(submissions().undo(account(alice), submission.id)).value().state,
              Submission::State::undone);
    EXPECT_EQ(deliver_as(submission.id).error(), Errc::not_found);
    EXPECT_TRUE(entries(bob).empty());
    ASSERT_TRUE(run(submissions().fail(submission.id, "too late")));
    EXPECT_EQ(run(submissions().find(account(alice), submission.id)).value().state,
              Submission::State::undone);

    const auto due = send(draft, "three", Time{1s}); // its time has come
    EXPECT_EQ(run(submissions().undo(account(alice), due.id)).value().state, Submission::State::pending);
    ASSERT_TRUE(run(submissions().postpone(due.id, due.send_at + 60s)));
    EXPECT_EQ(run(submissions().find(account(alice), due.id)).value().tries, 1u);
    ASSERT_TRUE(run(submissions().fail(due.id, "no such address")));
    EXPECT_EQ(run(submissions().find(account(alice), due.id)).value().detail, "no such address");
    EXPECT_EQ(run(drafts().find(account(alice), draft.message)).value().submission, std::nullopt);
}

TEST_F(DraftsTest, WhatWasDeletedMeanwhileIsNotSent)
{
    const auto draft = add("text");
    const auto submission = send(draft, "one");
    ASSERT_TRUE(run(mail().expunge(account(alice), {draft.message})));
    EXPECT_EQ(deliver_as(submission.id).error(), Errc::not_found);
    EXPECT_TRUE(entries(bob).empty());
}

TEST_F(DraftsTest, FollowsItsAccount)
{
    const auto draft = add("text");
    send(draft, "one");
    ASSERT_TRUE(run(accounts().remove(alice)));
    EXPECT_TRUE(run(submissions().pending(10)).value().empty());
}

class ContactsTest : public StoreTest
{
public:
    std::string found(std::string_view who, const std::string& prefix, std::size_t limit = 10)
    {
        std::string all;
        for (const auto& one : run(store_->contacts().find(account(std::string(who)), prefix, limit)).value())
            all += one.name + "<" + one.address + ">";
        return all;
    }

    void write_to(std::vector<Contact> people)
    {
        ASSERT_TRUE(run(store_->contacts().wrote_to(account(alice), std::move(people))));
    }
};

TEST_F(ContactsTest, AreFoundByAddressAndByEveryWordOfTheName)
{
    write_to({{"Ada Lovelace", "ada@example.net"}, {"", "grace_h@example.com"}});
    write_to({{"", "Ada@example.net"}});
    EXPECT_EQ(found(alice, ""), "Ada Lovelace<ada@example.net><grace_h@example.com>");
    EXPECT_EQ(found(alice, "", 1), "Ada Lovelace<ada@example.net>");
    EXPECT_EQ(found(alice, "LOVE"), "Ada Lovelace<ada@example.net>");
    EXPECT_EQ(found(alice, "ada l"), "Ada Lovelace<ada@example.net>");
    EXPECT_EQ(found(alice, "grace_"), "<grace_h@example.com>");
    EXPECT_EQ(found(alice, "gracex"), "");
    EXPECT_EQ(found(alice, "%"), "");
    EXPECT_EQ(found(alice, "example"), "");
    EXPECT_EQ(found(bob, ""), "");
    write_to({{"Countess", "ada@example.net"}});
    EXPECT_EQ(found(alice, "count"), "Countess<ada@example.net>");
    ASSERT_TRUE(run(accounts().remove(alice)));
}

} // namespace
} // namespace pillarbox::storage
