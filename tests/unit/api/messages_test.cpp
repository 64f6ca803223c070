#include "tests/unit/api/site_test.hpp"

#include <boost/json/array.hpp>

namespace pillarbox::api {
namespace {

constexpr std::string_view letter = R"(From: Ada Lovelace <ada@example.net>
To: Alice <alice@example.org>, bob@example.org
Subject: A letter
Date: Tue, 25 Nov 2025 10:00:00 +0100
Message-ID: <1@example.net>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: multipart/alternative; boundary=inner

--inner
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Gr=FC=DFe
second line
--inner
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

PHA+R3LDvMOfZSA8c2NyaXB0PmFsZXJ0KDEpPC9zY3JpcHQ+PC9wPg==
--inner--
--outer
Content-Type: image/png; name="../chart.png"
Content-Disposition: attachment; filename="../chart.png"
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--outer
Content-Type: text/html; name=page.html
Content-Disposition: attachment; filename*=UTF-8''caf%C3%A9%22.html

<script>alert(1)</script>
--outer--
)";

class MessagesTest : public SiteTest
{
protected:
    void SetUp() override
    {
        deliver("alice@example.org", letter);
        id = newest("alice");
        path = "/api/v1/messages/" + id;
    }

    std::string id;
    std::string path;
};

TEST_F(MessagesTest, ShowWhatTheyAreMadeOf)
{
    const auto message = get("alice", path).json();
    EXPECT_EQ(message.at("subject").as_string(), "A letter");
    EXPECT_EQ(message.at("from").at(0).at("name").as_string(), "Ada Lovelace");
    EXPECT_EQ(message.at("to").as_array().size(), 2u);
    EXPECT_EQ(message.at("date").as_string(), "2025-11-25T09:00:00Z");
    EXPECT_EQ(message.at("messageId").as_string(), "<1@example.net>");
    EXPECT_EQ(message.at("body").at("html").as_bool(), true);
    EXPECT_EQ(message.at("body").at("text").as_bool(), true);
    EXPECT_EQ(message.at("incomplete").as_bool(), false);
    EXPECT_FALSE(message.as_object().contains("authentication")) << "nothing is claimed that was not checked";
    const auto attachments = message.at("attachments").as_array();
    ASSERT_EQ(attachments.size(), 2u);
    EXPECT_EQ(attachments[0].at("name").as_string(), "chart.png");
    EXPECT_EQ(attachments[0].at("path").as_string(), "2");
    EXPECT_EQ(message.at("structure").at("type").as_string(), "multipart/mixed");
    EXPECT_EQ(message.at("structure").at("parts").as_array().size(), 3u);
    EXPECT_EQ(message.at("structure").at("parts").at(0).at("parts").at(1).at("path").as_string(), "1.2");
    EXPECT_EQ(message.at("headers").at(0).at("name").as_string(), "Return-Path");
}

TEST_F(MessagesTest, TellWhatWasVerified)
{
    auto spool = store_->mail().new_spool();
    ASSERT_TRUE(spool->append("From: a@example.net\r\n\r\ntext\r\n"));
    const auto account = run(store_->accounts().find("alice@example.org"));
    ASSERT_TRUE(account);
    storage::Delivery delivery;
    delivery.copies.push_back({.account = account->id,
                               .trace = "Authentication-Results: mail.example.org;\r\n    spf=fail;\r\n"
                                        "    dkim=none;\r\n    dmarc=fail header.from=example.net\r\n"
                                        "Received: x\r\n"});
    delivery.body = std::move(spool);
    ASSERT_TRUE(run(store_->mail().deliver(std::move(delivery))));
    const auto found = get("alice", "/api/v1/messages/" + newest("alice")).json().at("authentication");
    EXPECT_EQ(found.at("spf").as_string(), "fail");
    EXPECT_EQ(found.at("dkim").as_string(), "none");
    EXPECT_EQ(found.at("dmarc").as_string(), "fail");
    EXPECT_EQ(found.at("domain").as_string(), "example.net");
}

TEST_F(MessagesTest, TellWhatSpokeForJunk)
{
    auto spool = store_->mail().new_spool();
    ASSERT_TRUE(spool->append("From: a@example.net\r\n\r\ntext\r\n"));
    const auto account = run(store_->accounts().find("alice@example.org"));
    ASSERT_TRUE(account);
    storage::Delivery delivery;
    delivery.copies.push_back(
        {.account = account->id,
         .trace = "X-Pillarbox-Junk: junk score=5.5;\r\n    blocklist=5.5 \"bl.example\";\r\n"
                  "    first-contact=0.0\r\nReceived: x\r\n"});
    delivery.body = std::move(spool);
    ASSERT_TRUE(run(store_->mail().deliver(std::move(delivery))));
    const auto found = get("alice", "/api/v1/messages/" + newest("alice")).json().at("judgement");
    EXPECT_TRUE(found.at("junk").as_bool());
    EXPECT_DOUBLE_EQ(found.at("score").as_double(), 5.5);
    const auto reasons = found.at("reasons").as_array();
    ASSERT_EQ(reasons.size(), 2u);
    EXPECT_EQ(reasons[0].at("text").as_string(), "the server that brought it is on a block list: bl.example");
    EXPECT_EQ(reasons[1].at("name").as_string(), "first-contact");
}

TEST_F(MessagesTest, BelongToTheirOwner)
{
    for (const std::string part : {"", "/body", "/body?format=html", "/parts/2", "/raw"}) {
        EXPECT_EQ(get("bob", path + part).status, 404u) << part;
        EXPECT_EQ(ask(request("GET", path + part)).status, 401u) << part;
        EXPECT_EQ(get("alice", path + part).status, 200u) << part;
    }
    EXPECT_EQ(ask(as("bob", "PATCH", path, R"({"seen":true})")).status, 404u);
    for (const std::string name :
         {"0", "-1", "x", "1.5", "99999999999999999999", "18446744073709551615", "%20"})
        EXPECT_EQ(get("alice", "/api/v1/messages/" + name).status, 404u) << name;
}

TEST_F(MessagesTest, ChangeTheirFlags)
{
    const auto before = get("alice", path);
    auto change = [&](std::string_view body) { return ask(as("alice", "PATCH", path, body)); };
    const auto seen = change(R"({"seen":true,"flagged":true})");
    ASSERT_EQ(seen.status, 200u) << seen.body;
    EXPECT_EQ(seen.json().at("flags").at("seen").as_bool(), true);
    EXPECT_EQ(seen.json().at("flags").at("flagged").as_bool(), true);
    EXPECT_EQ(change(R"({"seen":false})").json().at("flags").at("flagged").as_bool(), true);
    EXPECT_EQ(change("{}").status, 200u);
    for (const std::string body :
         {R"({"deleted":true})", R"({"seen":1})", R"({"seen":null})", "[]", "true", "{", ""})
        EXPECT_GE(change(body).status, 400u) << body;

    EXPECT_NE(get("alice", path).field("ETag"), before.field("ETag"));
    auto stale = as("alice", "PATCH", path, R"({"seen":true})");
    stale.fields.set("If-Match", before.field("ETag"));
    EXPECT_EQ(ask(stale).problem(), "changed");
    auto unchanged = as("alice", "GET", path);
    unchanged.fields.set("If-None-Match", get("alice", path).field("ETag"));
    EXPECT_EQ(ask(unchanged).status, 304u);
}

TEST_F(MessagesTest, GiveTheirTextDecodedAndAsText)
{
    const auto text = get("alice", path + "/body?format=text");
    EXPECT_EQ(text.body, "Grüße\nsecond line");
    EXPECT_EQ(text.field("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_EQ(text.field("X-Pillarbox-Truncated"), "false");
    const auto html = get("alice", path + "/body?format=html");
    EXPECT_EQ(html.body, "<p>Grüße <script>alert(1)</script></p>") << "never sanitised";
    EXPECT_EQ(html.field("Content-Type"), "text/plain; charset=utf-8") << "and so never HTML";
    EXPECT_EQ(get("alice", path + "/body").body, text.body);
    EXPECT_EQ(get("alice", path + "/body?format=pdf").status, 400u);

    deliver("alice@example.org", "Content-Type: text/html\n\n<p>Only <b>HTML</b></p>\n");
    EXPECT_EQ(get("alice", "/api/v1/messages/" + newest("alice") + "/body?format=text").body, "Only HTML");
    deliver("alice@example.org", "Subject: empty\n\n");
    EXPECT_EQ(get("alice", "/api/v1/messages/" + newest("alice") + "/body?format=text").status, 200u);
    EXPECT_EQ(get("alice", "/api/v1/messages/" + newest("alice") + "/body?format=html").status, 404u);
}

TEST_F(MessagesTest, CutTextThatIsTooLong)
{
    std::string line(70, 'x');
    line += "\n";
    std::string message = "Content-Type: text/plain; charset=utf-8\n\n";
    while (message.size() < 2'300'000)
        message += line;
    deliver("alice@example.org", message);
    const auto reply = get("alice", "/api/v1/messages/" + newest("alice") + "/body");
    EXPECT_EQ(reply.body.size(), 2u * 1024 * 1024);
    EXPECT_EQ(reply.field("X-Pillarbox-Truncated"), "true");
}

TEST_F(MessagesTest, GiveTheirPartsAsFiles)
{
    const auto picture = get("alice", path + "/parts/2");
    EXPECT_EQ(picture.body, "\x89PNG\r\n\x1a\n");
    EXPECT_EQ(picture.field("Content-Type"), "image/png");
    EXPECT_EQ(picture.field("Content-Disposition"),
              "inline; filename=\"chart.png\"; filename*=UTF-8''chart.png");
    EXPECT_TRUE(
        get("alice", path + "/parts/2?download=1").field("Content-Disposition").starts_with("attachment;"));
    const auto page = get("alice", path + "/parts/3");
    EXPECT_EQ(page.field("Content-Type"), "application/octet-stream") << "HTML is never shown";
    EXPECT_TRUE(page.field("Content-Disposition").starts_with("attachment; filename=\"caf_"));
    EXPECT_NE(page.field("Content-Disposition").find("filename*=UTF-8''caf%C3%A9"), std::string::npos);
    EXPECT_EQ(get("alice", path + "/parts/1.2").field("Content-Type"), "application/octet-stream");
    for (const std::string name : {"4", "0", "1", "1.3", "x", "%2e%2e%2fraw", "1.2.1"})
        EXPECT_EQ(get("alice", path + "/parts/" + name).status, 404u) << name;
}

TEST_F(MessagesTest, GiveThemselvesAsTheyCame)
{
    const auto whole = get("alice", path + "/raw");
    EXPECT_TRUE(whole.body.starts_with("Return-Path: <sender@example.net>\r\n"));
    EXPECT_TRUE(whole.body.ends_with("--outer--\r\n"));
    EXPECT_EQ(whole.field("Content-Type"), "message/rfc822");
    EXPECT_EQ(whole.field("Content-Disposition"),
              "attachment; filename=\"A letter.eml\"; filename*=UTF-8''A%20letter.eml");
    const auto size = whole.body.size();
    struct Case
    {
        std::string range;
        unsigned status;
        std::size_t begin, end;
    };
    for (const auto& item : std::vector<Case>{
             {"bytes=0-9", 206, 0, 10},
             {"bytes=10-", 206, 10, size},
             {"bytes=-7", 206, size - 7, size},
             {"bytes=0-999999999", 206, 0, size},
             {"bytes=-999999999", 206, 0, size},
             {"bytes=5-5", 206, 5, 6},
             {"bytes=999999999-", 416, 0, 0},
             {"bytes=-0", 416, 0, 0},
             {"bytes=9-5", 200, 0, size},
             {"bytes=0-1,3-4", 200, 0, size},
             {"bytes=x-", 200, 0, size},
             {"lines=0-1", 200, 0, size},
             {"bytes=", 200, 0, size},
             {"bytes=18446744073709551615-18446744073709551615", 416, 0, 0},
         }) {
        auto asked = as("alice", "GET", path + "/raw");
        asked.fields.set("Range", item.range);
        const auto reply = ask(asked);
        EXPECT_EQ(reply.status, item.status) << item.range;
        if (item.status == 416) continue;
        EXPECT_EQ(reply.body, whole.body.substr(item.begin, item.end - item.begin)) << item.range;
        if (item.status == 206) {
            EXPECT_EQ(reply.field("Content-Range"), "bytes " + std::to_string(item.begin) + "-" +
                                                        std::to_string(item.end - 1) + "/" +
                                                        std::to_string(size));
        }
    }
    auto other = as("alice", "GET", path + "/raw");
    other.fields.set("Range", "bytes=0-1");
    other.fields.set("If-Range", "\"other\"");
    EXPECT_EQ(ask(other).status, 200u);
    auto again = as("alice", "GET", path + "/raw");
    again.fields.set("If-None-Match", whole.field("ETag"));
    EXPECT_EQ(ask(again).status, 304u);
}

TEST_F(MessagesTest, AreShownWhateverTheyHold)
{
    const std::string deep = [] {
        std::string text = "Content-Type: multipart/mixed; boundary=b0\n\n";
        for (int i = 0; i < 80; ++i)
            text += "--b" + std::to_string(i) + "\nContent-Type: multipart/mixed; boundary=b" +
                    std::to_string(i + 1) + "\n\n";
        return text;
    }();
    std::string many = "Content-Type: multipart/mixed; boundary=b\n\n";
    for (int i = 0; i < 1200; ++i)
        many += "--b\n\nx\n";
    for (const auto& message :
         {std::string("\n"), std::string("no header at all\n"),
          std::string("Subject: \xff\xfe\n\n\xff\xfe\n"), deep, many,
          std::string(
              "Content-Type: \xff/\xff; charset=\xff; name=\"\xff\"\nContent-Disposition: \xff\n\nx\n"),
          std::string("From: \"\x1b[31m\" <a@b>, c, d@\nContent-ID: <\xff>\n\nx\n")}) {
        deliver("alice@example.org", message);
        const auto target = "/api/v1/messages/" + newest("alice");
        const auto reply = get("alice", target);
        ASSERT_EQ(reply.status, 200u) << message.substr(0, 200);
        EXPECT_NO_THROW(reply.json()) << message.substr(0, 200);
        EXPECT_EQ(get("alice", target + "/body").status, 200u);
        EXPECT_EQ(get("alice", target + "/raw").status, 200u);
    }
}

} // namespace
} // namespace pillarbox::api
