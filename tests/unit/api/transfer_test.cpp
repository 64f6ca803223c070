#include "tests/unit/api/site_test.hpp"

#include <boost/json/array.hpp>

namespace pillarbox::api {
namespace {

namespace json = boost::json;

class TransferTest : public SiteTest
{
protected:
    http::Request file(std::string_view who, std::string_view octets, std::string_view target)
    {
        auto request = as(who, "POST", target);
        request.fields.set("Content-Type", "application/octet-stream");
        auto spool = store_->mail().new_spool();
        EXPECT_TRUE(spool->append(octets));
        request.upload = std::move(spool);
        return request;
    }

    /// Imports, and returns the job once it has ended.
    json::object import(std::string_view who, std::string_view octets,
                        std::string_view target = "/api/v1/import")
    {
        const auto started = ask(file(who, octets, target));
        EXPECT_EQ(started.status, 202u) << started.body;
        if (started.status != 202) return {};
        const auto job = "/api/v1/jobs/" + std::string(started.json().at("job").as_string());
        EXPECT_EQ(started.field("Location"), job);
        for (;;) {
            auto shown = get(who, job).json().as_object();
            if (shown.at("state").as_string() != "running") return shown;
        }
    }

    std::string export_of(std::string_view who, std::string_view query = "?mailbox=inbox")
    {
        const auto reply = get(who, "/api/v1/export" + std::string(query));
        EXPECT_EQ(reply.status, 200u) << reply.body;
        EXPECT_EQ(reply.field("Content-Type"), "application/mbox");
        return reply.body;
    }

    std::string subjects(std::string_view who, const std::string& mailbox = "inbox")
    {
        const auto page = get(who, "/api/v1/mailboxes/" + mailbox + "/messages").json();
        std::string all;
        for (const auto& item : page.at("items").as_array())
            all += (all.empty() ? "" : ", ") + std::string(item.at("subject").as_string());
        return all;
    }
};

TEST_F(TransferTest, WhatWasExportedComesBackAsItWas)
{
    deliver("alice@example.org", "From: a@example.net\nSubject: One\n\nFrom here on\n>From there\n");
    deliver("alice@example.org", "From: a@example.net\nSubject: Two\n\nNo line end");
    const auto mbox = export_of("alice");
    EXPECT_TRUE(mbox.starts_with("From sender@example.net ")) << mbox;
    EXPECT_NE(mbox.find("\n>From here on\n>>From there\n"), std::string::npos) << mbox;

    const auto job = import("bob", mbox);
    EXPECT_EQ(job.at("state").as_string(), "done");
    EXPECT_EQ(job.at("message").as_string(), "2 messages imported.");
    EXPECT_EQ(job.at("unit").as_string(), "octets");
    EXPECT_EQ(job.at("done").to_number<std::size_t>(), mbox.size());
    EXPECT_EQ(export_of("bob"), mbox);
}

TEST_F(TransferTest, DoneAgainAddsNothing)
{
    deliver("alice@example.org", "Subject: One\n\ntext\n");
    const auto mbox = export_of("alice");
    EXPECT_EQ(import("bob", mbox).at("message").as_string(), "1 message imported.");
    EXPECT_EQ(import("bob", mbox).at("message").as_string(), "0 messages imported. 1 message there already.");
    EXPECT_EQ(subjects("bob"), "One");
}

TEST_F(TransferTest, TakesOneMessageToo)
{
    const auto job = import("alice", "From: a@example.net\r\nSubject: Alone\r\n\r\ntext\r\n",
                            "/api/v1/import?mailbox=archive");
    EXPECT_EQ(job.at("message").as_string(), "1 message imported.");
    EXPECT_EQ(subjects("alice", "archive"), "Alone");
    EXPECT_EQ(subjects("alice"), "");
}

TEST_F(TransferTest, ExportsAllMailboxes)
{
    deliver("alice@example.org", "Subject: Here\n\ntext\n");
    import("alice", "Subject: There\n\ntext\n", "/api/v1/import?mailbox=archive");
    const auto mbox = export_of("alice", "");
    EXPECT_LT(mbox.find("Subject: Here"), mbox.find("Subject: There"));
    EXPECT_NE(mbox.find("Subject: There"), std::string::npos);
    EXPECT_EQ(export_of("alice", "?mailbox=sent"), "");
    EXPECT_EQ(export_of("bob", ""), "");
}

TEST_F(TransferTest, AZipHasAFileForEachMessage)
{
    ASSERT_EQ(ask(as("alice", "POST", "/api/v1/mailboxes", R"({"name":"Work/..:x"})")).status, 201u);
    deliver("alice@example.org", "Subject: =?utf-8?q?Z=C3=BCrich=3A_a/b?=\n\ntext\n");
    import("alice", "Subject: ...\n\ntext\n", "/api/v1/import?mailbox=archive");
    const auto reply = get("alice", "/api/v1/export?format=zip");
    EXPECT_EQ(reply.field("Content-Type"), "application/zip");
    EXPECT_NE(reply.field("Content-Disposition").find("All mail.zip"), std::string_view::npos);
    EXPECT_TRUE(reply.body.starts_with("PK"));
    EXPECT_NE(reply.body.find(" Zürich_ a_b (1).eml"), std::string::npos);
    EXPECT_NE(reply.body.find(" (no subject) (1).eml"), std::string::npos) << "a name of dots is none";
    EXPECT_EQ(reply.body.find("Not exported"), std::string::npos);
}

TEST_F(TransferTest, TellsHowFarItIs)
{
    const auto listener =
        site_->streams().open(run(store_->accounts().find("alice@example.org"))->id, context_.get_executor());
    import("alice", "Subject: One\n\ntext\n");
    const auto told = listener->take();
    ASSERT_FALSE(told.empty());
    EXPECT_TRUE(told.back().starts_with("event: job\ndata: {\"id\":")) << told.back();
    EXPECT_NE(told.back().find(R"("state":"done")"), std::string::npos) << told.back();
}

TEST_F(TransferTest, EndsWithTheServer)
{
    site_->streams().drain();
    const auto job = import("alice", "Subject: One\n\ntext\n");
    EXPECT_EQ(job.at("state").as_string(), "failed");
    EXPECT_EQ(job.at("message").as_string(),
              "0 messages imported. The server is being restarted; done again, it goes on from here.");
}

TEST_F(TransferTest, SaysWhatCameOfIt)
{
    const auto broken = import("alice", "From nobody knows when\n\ntext\n");
    EXPECT_EQ(broken.at("state").as_string(), "failed");
    EXPECT_TRUE(broken.at("message").as_string().starts_with(
        "0 messages imported. Not finished: the file: at octet 0: an mbox has a line here like"))
        << broken;
    const std::string large(config_.smtp.max_message_size + 1, 'x');
    const auto skipped = import("alice", "Subject: x\n\n" + large);
    EXPECT_EQ(skipped.at("state").as_string(), "done");
    EXPECT_TRUE(
        skipped.at("message").as_string().starts_with("0 messages imported. 1 message left out: larger than"))
        << skipped;
}

TEST_F(TransferTest, RefusesWhatCannotBe)
{
    EXPECT_EQ(ask(file("alice", "", "/api/v1/import")).status, 400u) << "empty";
    EXPECT_EQ(ask(file("alice", "Subject: x\n\n", "/api/v1/import?mailbox=drafts")).status, 400u);
    EXPECT_EQ(ask(file("alice", "Subject: x\n\n", "/api/v1/import?mailbox=7777")).status, 404u);
    EXPECT_EQ(get("alice", "/api/v1/export?mailbox=7777").status, 404u);
    EXPECT_EQ(get("alice", "/api/v1/export?format=tar").status, 400u);
    EXPECT_EQ(ask(request("GET", "/api/v1/export")).status, 401u);
    auto stranger = request("POST", "/api/v1/import");
    stranger.fields.set("Content-Type", "application/octet-stream");
    EXPECT_EQ(ask(std::move(stranger)).status, 401u);
    const auto bobs = get("bob", "/api/v1/mailboxes/inbox").json();
    const std::string his(bobs.at("id").as_string());
    EXPECT_EQ(ask(file("alice", "Subject: x\n\n", "/api/v1/import?mailbox=" + his)).status, 404u);
    EXPECT_EQ(get("alice", "/api/v1/export?mailbox=" + his).status, 404u);
}

} // namespace
} // namespace pillarbox::api
