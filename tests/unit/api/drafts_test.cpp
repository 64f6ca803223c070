#include "tests/unit/api/site_test.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace pillarbox::api {
namespace {

namespace json = boost::json;

class DraftsTest : public SiteTest
{
protected:
    Reply add(const std::string& body = "{}", std::string_view who = "alice")
    {
        return ask(as(who, "POST", "/api/v1/drafts", body));
    }

    Reply change(const Reply& draft, const std::string& body, const std::string& etag = {})
    {
        auto request = as("alice", "PUT", path(draft), body);
        request.fields.set("If-Match", etag.empty() ? std::string(draft.field("ETag")) : etag);
        return ask(std::move(request));
    }

    http::Request file(const Reply& draft, const std::string& query, std::string_view octets)
    {
        auto request = as("alice", "POST", path(draft) + "/attachments" + query);
        request.fields.set("Content-Type", "application/octet-stream");
        auto spool = store_->mail().new_spool();
        EXPECT_TRUE(spool->append(octets));
        request.upload = std::move(spool);
        return request;
    }

    static std::string text(const Reply& reply, std::string_view member)
    {
        return std::string(reply.json().at(member).as_string());
    }
    static std::string path(const Reply& draft) { return "/api/v1/drafts/" + text(draft, "id"); }

    static std::string people(const Reply& draft, std::string_view member)
    {
        std::string all;
        const auto whole = draft.json();
        for (const auto& one : whole.at(member).as_array())
            all += std::string(one.at("name").as_string()) + "<" +
                   std::string(one.at("address").as_string()) + ">";
        return all;
    }

    std::string part(const Reply& draft, const std::string& id)
    {
        return get("alice", "/api/v1/messages/" + text(draft, "message") + "/parts/" + id).body;
    }

    std::size_t in_drafts()
    {
        return get("alice", "/api/v1/mailboxes/drafts/messages").json().at("items").as_array().size();
    }
};

TEST_F(DraftsTest, IsAMessageInDraftsThatComesBackAsItWasWritten)
{
    const std::string body =
        R"({"to":[{"name":"Ada","address":"ada@example.net"},{"address":"half"}],"cc":[{"address":"c@example.org"}],)"
        R"("bcc":[{"address":"secret@example.org"}],"subject":"Grüße","text":"One\n\n> two\n  three"})";
    const auto made = add(body);
    ASSERT_EQ(made.status, 201u) << made.body;
    EXPECT_EQ(made.field("Location"), path(made));
    EXPECT_EQ(made.field("ETag"), "\"" + text(made, "message") + "\"");
    const auto shown = get("alice", path(made));
    EXPECT_EQ(shown.body, made.body);
    EXPECT_EQ(shown.json().at("from").at("address").as_string(), "alice@example.org");
    EXPECT_EQ(people(shown, "to"), "Ada<ada@example.net><half>");
    EXPECT_EQ(people(shown, "bcc"), "<secret@example.org>");
    EXPECT_EQ(text(shown, "subject"), "Grüße");
    EXPECT_EQ(text(shown, "text"), "One\n\n> two\n  three");
    EXPECT_EQ(text(shown, "kind"), "new");
    EXPECT_EQ(in_drafts(), 1u);
    auto again = as("alice", "GET", path(made));
    again.fields.set("If-None-Match", made.field("ETag"));
    EXPECT_EQ(ask(std::move(again)).status, 304u);
    EXPECT_EQ(get("bob", path(made)).status, 404u);
}

TEST_F(DraftsTest, SavingReplacesItAndTwoTabsNotice)
{
    const auto first = add(R"({"subject":"one","text":"one"})");
    const auto second = change(first, R"({"subject":"two","to":[{"address":"ada@example.net"}]})");
    ASSERT_EQ(second.status, 200u) << second.body;
    EXPECT_EQ(text(second, "id"), text(first, "id"));
    EXPECT_NE(second.field("ETag"), first.field("ETag"));
    EXPECT_EQ(text(second, "text"), "");
    EXPECT_EQ(in_drafts(), 1u);

    const auto late = change(first, R"({"subject":"three"})");
    EXPECT_EQ(late.status, 412u);
    EXPECT_EQ(late.problem(), "changed");
    EXPECT_EQ(text(get("alice", path(first)), "subject"), "two");
    // The id of the row in Drafts leads there as well.
    EXPECT_EQ(text(get("alice", "/api/v1/drafts/" + text(second, "message")), "id"), text(first, "id"));

    auto blind = as("alice", "PUT", path(first), "{}");
    EXPECT_EQ(ask(std::move(blind)).status, 400u);
    EXPECT_EQ(ask(as("alice", "DELETE", path(first))).status, 204u);
    EXPECT_EQ(get("alice", path(first)).status, 404u);
    EXPECT_EQ(ask(as("alice", "DELETE", path(first))).status, 404u);
    EXPECT_EQ(in_drafts(), 0u);
}

TEST_F(DraftsTest, ATryWhoseAnswerGotLostMakesNoSecondOne)
{
    const auto keyed = [&](const std::string& body, const std::string& key) {
        auto request = as("alice", "POST", "/api/v1/drafts", body);
        request.fields.set("Idempotency-Key", key);
        return ask(std::move(request));
    };
    const auto first = keyed(R"({"subject":"one"})", "k");
    ASSERT_EQ(first.status, 201u) << first.body;
    const auto changed = change(first, R"({"subject":"two"})");
    const auto late = keyed(R"({"subject":"one"})", "k");
    EXPECT_EQ(late.status, 200u);
    EXPECT_EQ(text(late, "subject"), "two"); // as it is now
    EXPECT_EQ(late.field("ETag"), changed.field("ETag"));
    EXPECT_EQ(in_drafts(), 1u);
    EXPECT_EQ(keyed("{}", "another").status, 201u);
    EXPECT_EQ(keyed("{}", std::string(65, 'k')).status, 400u);
    EXPECT_EQ(keyed("{}", "two words").status, 400u);
    EXPECT_EQ(in_drafts(), 2u);
}

TEST_F(DraftsTest, FilesStayWhileTheTextChanges)
{
    const auto draft = add(R"({"subject":"s"})");
    const std::string octets = std::string("\0\xff\r\n.\r\n", 7) + std::string(100'000, 'x');
    const auto one = ask(file(draft, "?name=Gr%C3%B6%C3%9Fe.png&type=image/png", octets));
    ASSERT_EQ(one.status, 201u) << one.body;
    const auto two = ask(file(draft, "?name=empty", ""));
    ASSERT_EQ(two.status, 201u) << two.body;
    const auto saved = change(two, R"({"subject":"t","text":"text"})");
    ASSERT_EQ(saved.status, 200u) << saved.body;

    const auto files = saved.json().at("attachments").as_array();
    ASSERT_EQ(files.size(), 2u);
    EXPECT_EQ(files[0].at("name").as_string(), "Größe.png");
    EXPECT_EQ(files[0].at("type").as_string(), "image/png");
    EXPECT_EQ(part(saved, std::string(files[0].at("id").as_string())), octets);
    EXPECT_EQ(files[1].at("name").as_string(), "empty");
    EXPECT_EQ(part(saved, std::string(files[1].at("id").as_string())), "");

    const auto removed = ask(
        as("alice", "DELETE", path(draft) + "/attachments/" + std::string(files[0].at("id").as_string())));
    ASSERT_EQ(removed.status, 200u) << removed.body;
    EXPECT_EQ(removed.json().at("attachments").as_array().size(), 1u);
    EXPECT_EQ(text(removed, "text"), "text");
    EXPECT_EQ(ask(as("alice", "DELETE", path(draft) + "/attachments/9")).status, 404u);
    EXPECT_EQ(in_drafts(), 1u);
}

TEST_F(DraftsTest, RefusesFilesThatAreTooMuch)
{
    const auto draft = add();
    EXPECT_EQ(ask(file(draft, "", "x")).status, 400u);
    EXPECT_EQ(ask(file(draft, "?name=%FF", "x")).status, 400u);
    auto json = file(draft, "?name=x", "x");
    json.fields.set("Content-Type", "text/plain");
    EXPECT_EQ(ask(std::move(json)).status, 415u);
    EXPECT_EQ(ask(file(draft, "?name=x", std::string(300'000, 'x'))).status, 201u);
    const auto more = ask(file(draft, "?name=x", std::string(300'000, 'x')));
    EXPECT_EQ(more.status, 413u);
    EXPECT_EQ(more.problem(), "too-large");
    ASSERT_TRUE(run(store_->accounts().set_quota("alice@example.org", 410'000)));
    const auto full =
        change(Reply(get("alice", path(draft))), R"({"text":")" + std::string(20'000, 'y') + "\"}");
    EXPECT_EQ(full.status, 507u) << full.body;
    EXPECT_EQ(full.problem(), "quota");
}

TEST_F(DraftsTest, AnswersAndForwards)
{
    deliver(
        "alice@example.org",
        "From: Ada <ada@example.net>\nTo: Alice A <alice@example.org>, bob@example.org\n"
        "Subject: Budget\nMessage-ID: <1@example.net>\nMIME-Version: 1.0\n"
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nHello\n--b\nContent-Type: text/csv; "
        "charset=utf-16\n"
        "Content-Disposition: attachment; filename=a.csv\n\n1,2\n--b\nContent-Type: image/png; name=p.png\n"
        "Content-Transfer-Encoding: base64\n\ncG5n\n--b--\n");
    const auto id = newest("alice");
    const auto reply = add(R"({"inReplyTo":")" + id + R"(","kind":"replyAll"})");
    ASSERT_EQ(reply.status, 201u) << reply.body;
    EXPECT_EQ(people(reply, "to"), "Ada<ada@example.net><bob@example.org>");
    EXPECT_EQ(reply.json().at("from").at("name").as_string(), "Alice A");
    EXPECT_EQ(text(reply, "subject"), "Re: Budget");
    EXPECT_TRUE(text(reply, "text").ends_with("wrote:\n> Hello\n")) << text(reply, "text");
    EXPECT_EQ(text(reply, "inReplyTo"), id);
    EXPECT_EQ(text(reply, "kind"), "replyAll");
    const auto raw = get("alice", "/api/v1/messages/" + text(reply, "message") + "/raw").body;
    EXPECT_NE(raw.find("In-Reply-To: <1@example.net>\r\nReferences: <1@example.net>\r\n"), std::string::npos);

    const auto saved = change(reply, R"({"subject":"Re: Budget","text":"x"})");
    EXPECT_EQ(text(saved, "kind"), "replyAll");
    const auto kept = get("alice", "/api/v1/messages/" + text(saved, "message") + "/raw").body;
    EXPECT_NE(kept.find("In-Reply-To: <1@example.net>\r\n"), std::string::npos);

    const auto forward =
        add(R"({"inReplyTo":")" + id + R"(","kind":"forward","to":[{"address":"c@example.org"}]})");
    ASSERT_EQ(forward.status, 201u) << forward.body;
    EXPECT_EQ(people(forward, "to"), "<c@example.org>");
    const auto files = forward.json().at("attachments").as_array();
    ASSERT_EQ(files.size(), 2u);
    EXPECT_EQ(files[0].at("name").as_string(), "a.csv");
    EXPECT_EQ(part(forward, std::string(files[0].at("id").as_string())), "1,2");
    EXPECT_EQ(part(forward, std::string(files[1].at("id").as_string())), "png");

    EXPECT_EQ(add(R"({"inReplyTo":")" + id + R"(","kind":"reply"})", "bob").status, 404u);
    EXPECT_EQ(add(R"({"inReplyTo":"7777","kind":"reply"})").status, 404u);
    EXPECT_EQ(add(R"({"inReplyTo":"x","kind":"reply"})").status, 404u);
    EXPECT_EQ(add(R"({"kind":"reply"})").status, 400u);
    EXPECT_EQ(add(R"({"inReplyTo":"1","kind":"answer"})").status, 400u);
}

TEST_F(DraftsTest, NamesWhatIsWrong)
{
    for (const auto& [body, pointer] : std::vector<std::pair<std::string, std::string>>{
             {R"({"to":"ada"})", "/to"},
             {R"({"to":[{"address":"a"},7]})", "/to/1"},
             {R"({"cc":[{"mail":"a"}]})", "/cc/0"},
             {R"({"from":[]})", "/from"},
             {R"({"subject":7})", "/subject"},
             {R"({"subject":")" + std::string(999, 'x') + "\"}", "/subject"},
             {R"({"text":"\u0000"})", "/text"},
             {R"({"colour":"red"})", "/colour"},
         }) {
        const auto refused = add(body);
        ASSERT_EQ(refused.status, 400u) << body;
        EXPECT_EQ(refused.json().at("errors").as_array().at(0).at("pointer").as_string(), pointer) << body;
    }
    EXPECT_EQ(ask(request("POST", "/api/v1/drafts", "{}")).status, 401u);
    EXPECT_EQ(in_drafts(), 0u);
}

} // namespace
} // namespace pillarbox::api
