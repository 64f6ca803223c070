#include "tests/unit/api/site_test.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <chrono>

namespace pillarbox::api {
namespace {

using namespace std::chrono_literals;

class SendingTest : public SiteTest
{
protected:
    ~SendingTest() override
    {
        // What send() woke the outbox with.
        context_.restart();
        context_.run();
    }

    std::string draft(const std::string& body)
    {
        const auto made = ask(as("alice", "POST", "/api/v1/drafts", body));
        EXPECT_EQ(made.status, 201u) << made.body;
        return std::string(made.json().at("id").as_string());
    }

    std::string letter()
    {
        return draft(R"({"to":[{"name":"Bob","address":"bob@example.org"}],"subject":"Hi","text":"Hello"})");
    }

    Reply send(const std::string& id, const std::string& key = "key")
    {
        auto request = as("alice", "POST", "/api/v1/drafts/" + id + "/send", "{}");
        request.fields.set("Idempotency-Key", key);
        return ask(std::move(request));
    }

    static std::string text(const Reply& reply, std::string_view member)
    {
        return std::string(reply.json().at(member).as_string());
    }

    /// As if the moment in which it can be undone were over.
    void become_due(const std::string& id)
    {
        const auto past = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - 1s;
        ASSERT_TRUE(run(store_->submissions().postpone(storage::SubmissionId(std::stoll(id)), past)));
    }

    void send_due() { run(outbox_->send_due()); }

    std::size_t count(std::string_view who, std::string_view mailbox)
    {
        const auto page = get(who, "/api/v1/mailboxes/" + std::string(mailbox) + "/messages");
        return page.json().at("items").as_array().size();
    }

    std::string state(const std::string& submission)
    {
        return text(get("alice", "/api/v1/submissions/" + submission), "state");
    }
};

TEST_F(SendingTest, SendsOnceItIsDueAndOnce)
{
    const auto id = draft(R"({"to":[{"address":"bob@example.org"}],"bcc":[{"address":"carol@example.org"}],)"
                          R"("subject":"Hi","text":"Hello"})");
    const auto sent = send(id);
    ASSERT_EQ(sent.status, 202u) << sent.body;
    const auto submission = text(sent, "id");
    EXPECT_EQ(sent.field("Location"), "/api/v1/submissions/" + submission);
    EXPECT_EQ(send(id).body, sent.body);
    EXPECT_EQ(send(id, "another").status, 409u);
    send_due();
    EXPECT_EQ(state(submission), "pending");
    EXPECT_EQ(count("bob", "inbox"), 0u);
    EXPECT_EQ(text(get("alice", "/api/v1/drafts/" + id), "sending"), submission);
    auto change = as("alice", "PUT", "/api/v1/drafts/" + id, "{}");
    change.fields.set("If-Match", "*");
    EXPECT_EQ(ask(std::move(change)).status, 409u);
    EXPECT_EQ(ask(as("alice", "DELETE", "/api/v1/drafts/" + id)).status, 409u);

    become_due(submission);
    send_due();
    send_due();
    EXPECT_EQ(state(submission), "sent");
    EXPECT_EQ(count("bob", "inbox"), 1u);
    EXPECT_EQ(count("carol", "inbox"), 1u);
    EXPECT_EQ(count("alice", "sent"), 1u);
    EXPECT_EQ(count("alice", "drafts"), 0u);
    EXPECT_EQ(get("alice", "/api/v1/drafts/" + id).status, 404u);
    EXPECT_EQ(send(id).status, 202u); // the answer was lost, say
    const auto raw = get("bob", "/api/v1/messages/" + newest("bob") + "/raw").body;
    EXPECT_EQ(raw.find("Bcc"), std::string::npos);
    EXPECT_EQ(raw.find("carol"), std::string::npos) << raw;
    EXPECT_TRUE(raw.starts_with("Return-Path: <alice@example.org>\r\n")) << raw;
    EXPECT_EQ(ask(as("alice", "DELETE", "/api/v1/submissions/" + submission)).status, 409u);
    EXPECT_EQ(get("bob", "/api/v1/submissions/" + submission).status, 404u);
}

TEST_F(SendingTest, UndoneItStaysADraft)
{
    const auto id = letter();
    const auto submission = text(send(id), "id");
    EXPECT_EQ(ask(as("bob", "DELETE", "/api/v1/submissions/" + submission)).status, 404u);
    const auto undone = ask(as("alice", "DELETE", "/api/v1/submissions/" + submission));
    EXPECT_EQ(undone.status, 200u);
    EXPECT_EQ(text(undone, "state"), "undone");
    become_due(submission);
    send_due();
    EXPECT_EQ(count("bob", "inbox"), 0u);
    EXPECT_EQ(count("alice", "drafts"), 1u);
    EXPECT_EQ(send(id).status, 409u);
    EXPECT_EQ(send(id, "another").status, 202u);
}

TEST_F(SendingTest, DueItCannotBeUndone)
{
    const auto submission = text(send(letter()), "id");
    become_due(submission);
    EXPECT_EQ(ask(as("alice", "DELETE", "/api/v1/submissions/" + submission)).status, 409u);
    send_due();
    EXPECT_EQ(state(submission), "sent");
}

TEST_F(SendingTest, NamesTheAddressThatIsWrong)
{
    for (
        const auto& [body, pointer] : std::vector<std::pair<std::string, std::string>>{
            {"{}", "/to"},
            {R"({"to":[{"address":"bob@example.org"},{"name":"Ada","address":""}]})", "/to/1/address"},
            {R"({"cc":[{"address":"half"}]})", "/cc/0/address"},
            {R"({"bcc":[{"address":"nobody@example.org"}]})", "/bcc/0/address"},
            {R"({"to":[{"address":"x@[192.0.2.1]"}]})", "/to/0/address"},
            {R"({"to":[{"address":"x@exa_mple.net"}]})", "/to/0/address"},
            {R"({"to":[{"address":"x@-example.net"}]})", "/to/0/address"},
            {R"({"to":[{"address":"1@x.net"},{"address":"2@x.net"},{"address":"3@x.net"},{"address":"4@x.net"},)"
             R"({"address":"5@x.net"},{"address":"6@x.net"}]})",
             "/to"},
        }) {
        const auto refused = send(draft(body));
        EXPECT_EQ(refused.status, 400u) << body;
        EXPECT_EQ(refused.json().at("errors").as_array().at(0).at("pointer").as_string(), pointer) << body;
    }
    const auto forged =
        send(draft(R"({"from":{"address":"bob@example.org"},"to":[{"address":"bob@example.org"}]})"));
    EXPECT_EQ(forged.status, 403u);
    EXPECT_EQ(forged.problem(), "forbidden");
    EXPECT_EQ(forged.json().at("errors").as_array().at(0).at("pointer").as_string(), "/from/address");
    EXPECT_EQ(send("7777").status, 404u);
    EXPECT_EQ(send(letter(), "two words").status, 400u);
    EXPECT_EQ(send(letter(), "").status, 400u);
}

TEST_F(SendingTest, SendsFromAnAliasAndToOtherServers)
{
    ASSERT_TRUE(run(store_->accounts().add_alias({"sales@example.org", {"alice@example.org"}})));
    const auto id = draft(R"({"from":{"name":"Sales","address":"sales@example.org"},)"
                          R"("to":[{"address":"ada@Example.NET"},{"address":"ada@example.net"}]})");
    const auto submission = text(send(id), "id");
    become_due(submission);
    send_due();
    EXPECT_EQ(state(submission), "sent");
    const auto queue = run(store_->queue().list(10)).value();
    ASSERT_EQ(queue.size(), 1u);
    EXPECT_EQ(queue[0].recipient, "ada@example.net");
    EXPECT_EQ(queue[0].reverse_path, "sales@example.org");
}

TEST_F(SendingTest, TooManyWithinTheHourIsToldWhenToTryAgain)
{
    may_send_ = false;
    const auto refused = send(letter());
    EXPECT_EQ(refused.status, 429u);
    EXPECT_EQ(refused.field("Retry-After"), "600");
    may_send_ = true;
    EXPECT_EQ(send(letter()).status, 202u);
}

TEST_F(SendingTest, WhatCannotBeSentSaysWhyAndStaysADraft)
{
    const auto id = letter();
    const auto submission = text(send(id), "id");
    ASSERT_TRUE(run(store_->accounts().remove("bob@example.org")));
    become_due(submission);
    send_due();
    const auto failed = get("alice", "/api/v1/submissions/" + submission);
    EXPECT_EQ(text(failed, "state"), "failed");
    EXPECT_NE(text(failed, "detail").find("bob@example.org"), std::string::npos);
    EXPECT_EQ(count("alice", "drafts"), 1u);
    EXPECT_EQ(text(get("alice", "/api/v1/drafts/" + id), "subject"), "Hi");
}

TEST_F(SendingTest, AFullMailboxIsTriedAgain)
{
    const auto submission = text(send(letter()), "id");
    ASSERT_TRUE(run(store_->accounts().set_quota("bob@example.org", 1)));
    become_due(submission);
    send_due();
    EXPECT_EQ(state(submission), "pending");
    ASSERT_TRUE(run(store_->accounts().set_quota("bob@example.org", 0)));
    become_due(submission);
    send_due();
    EXPECT_EQ(state(submission), "sent");
    EXPECT_EQ(count("bob", "inbox"), 1u);
}

TEST_F(SendingTest, MarksWhatWasAnsweredOrForwarded)
{
    deliver("alice@example.org", "From: bob@example.org\nSubject: one\n\none\n");
    const auto original = newest("alice");
    for (const std::string kind : {"reply", "forward"}) {
        const auto id = draft(R"({"inReplyTo":")" + original + R"(","kind":")" + kind +
                              R"(","to":[{"address":"bob@example.org"}]})");
        const auto submission = text(send(id, kind), "id");
        become_due(submission);
        send_due();
        EXPECT_EQ(state(submission), "sent");
    }
    const auto flags = get("alice", "/api/v1/messages/" + original).json().at("flags");
    EXPECT_TRUE(flags.at("answered").as_bool());
    EXPECT_TRUE(flags.at("forwarded").as_bool());
}

TEST_F(SendingTest, KnowsWhomOneWritesTo)
{
    const auto submission = text(send(letter()), "id");
    become_due(submission);
    send_due();
    const auto found = get("alice", "/api/v1/contacts?prefix=BO").json().at("items").as_array();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].at("name").as_string(), "Bob");
    EXPECT_EQ(found[0].at("address").as_string(), "bob@example.org");
    EXPECT_TRUE(get("alice", "/api/v1/contacts?prefix=x").json().at("items").as_array().empty());
    EXPECT_TRUE(get("bob", "/api/v1/contacts").json().at("items").as_array().empty());
    EXPECT_EQ(get("alice", "/api/v1/contacts?prefix=" + std::string(101, 'x')).status, 400u);
}

} // namespace
} // namespace pillarbox::api
