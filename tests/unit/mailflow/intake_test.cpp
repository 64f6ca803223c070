#include "server/mailflow/intake.hpp"

#include "tests/unit/mailflow/store_fixture.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace pillarbox::mailflow {
namespace {

class IntakeTest : public StoreFixture
{
public:
    Verdict accept(std::string_view message, std::vector<Recipient> recipients, Origin from = peer())
    {
        auto spool = mail().new_spool();
        EXPECT_TRUE(spool->append(message));
        return run(intake_.accept(std::move(from), sender_, std::move(recipients), std::move(spool)));
    }

    std::vector<Verdict> accept_apart(std::string_view message, std::vector<Recipient> recipients)
    {
        auto spool = mail().new_spool();
        EXPECT_TRUE(spool->append(message));
        return run(intake_.accept_apart(peer(), sender_, std::move(recipients), std::move(spool)));
    }

    static Origin peer()
    {
        Origin origin;
        origin.client = boost::asio::ip::make_address("::ffff:192.0.2.7");
        origin.helo = "client.example";
        origin.protocol = "ESMTPS";
        origin.tls = "TLSv1.3 TLS_AES_256_GCM_SHA384";
        return origin;
    }

    Recipient recipient(const std::string& local_part)
    {
        const auto route = run(accounts().route(local_part, "example.test"));
        EXPECT_TRUE(route) << local_part;
        return {local_part + "@example.test", route ? *route : storage::Route{}, {}};
    }

    std::vector<std::string> inbox(const std::string& address)
    {
        std::vector<std::string> messages;
        const auto drop = run(mail().open_maildrop(account(address)));
        if (!drop) return messages;
        const auto entries = run((*drop)->entries());
        if (!entries) return messages;
        for (const auto& entry : *entries)
            messages.push_back(read(entry.id));
        return messages;
    }

    std::string read(storage::MessageId id)
    {
        std::string message;
        const auto reader = run(mail().open(id));
        EXPECT_TRUE(reader);
        while (reader) {
            const auto piece = run((*reader)->next());
            EXPECT_TRUE(piece);
            if (!piece || piece->empty()) break;
            message += *piece;
        }
        return message;
    }

    std::vector<std::string> queued()
    {
        std::vector<std::string> recipients;
        const auto queue_now = run(queue().list(100));
        EXPECT_TRUE(queue_now);
        if (!queue_now) return recipients;
        for (const auto& one : *queue_now)
            recipients.push_back(one.recipient);
        std::ranges::sort(recipients);
        return recipients;
    }

    Sender sender_{"carol@elsewhere.example", {}};
    Intake intake_{accounts(), mail(), "mx.example.test"};
};

const std::string message = "From: Carol <carol@elsewhere.example>\r\nSubject: lunch\r\n\r\nAt one?\r\n";

TEST_F(IntakeTest, StoresWhatCameBehindItsTraceFields)
{
    const Verdict verdict = accept(message, {recipient("alice")});
    EXPECT_EQ(verdict.code, 250);
    EXPECT_EQ(verdict.status, "2.0.0");
    EXPECT_FALSE(verdict.id.empty());
    EXPECT_EQ(verdict.text, "stored as " + verdict.id);

    const auto messages = inbox("alice@example.test");
    ASSERT_EQ(messages.size(), 1u);
    const std::string& stored = messages.front();
    EXPECT_TRUE(
        stored.starts_with("Return-Path: <carol@elsewhere.example>\r\n"
                           "Delivered-To: alice@example.test\r\n"
                           "Received: from client.example ([192.0.2.7]) by mx.example.test (Pillarbox)\r\n"))
        << stored;
    EXPECT_NE(stored.find("id " + verdict.id), std::string::npos);
    EXPECT_NE(stored.find("for <alice@example.test>"), std::string::npos);
    EXPECT_TRUE(stored.ends_with("\r\n" + message)) << stored;
}

TEST_F(IntakeTest, FillsTheSummaryThatListsShow)
{
    ASSERT_TRUE(accept(message, {recipient("alice")}).accepted());
    const auto id = account("alice@example.test");
    const auto mailboxes = run(mail().mailboxes(id));
    ASSERT_TRUE(mailboxes);
    const auto page = run(mail().list(id, mailboxes->front().id, 0, 0, 10));
    ASSERT_TRUE(page);
    ASSERT_EQ(page->items.size(), 1u);
    EXPECT_EQ(page->items.front().summary.subject, "lunch");
    EXPECT_EQ(page->items.front().summary.sender_name, "Carol");
    EXPECT_EQ(page->items.front().summary.sender_address, "carol@elsewhere.example");
    EXPECT_EQ(page->items.front().summary.preview, "At one?");
}

TEST_F(IntakeTest, MakesOneCopyForEachAccountAndQueuesTheRest)
{
    Recipient far{"far@third.example", {{}, {"far@third.example"}}, {}};
    const Verdict verdict = accept(
        message, {recipient("alice"), recipient("sales"), recipient("alice+x"), recipient("away"), far});
    EXPECT_TRUE(verdict.accepted());
    const auto alice = inbox("alice@example.test");
    const auto bob = inbox("bob@example.test");
    ASSERT_EQ(alice.size(), 1u);
    ASSERT_EQ(bob.size(), 1u);
    EXPECT_NE(alice.front().find("Delivered-To: alice@example.test\r\n"), std::string::npos);
    EXPECT_NE(bob.front().find("Delivered-To: sales@example.test\r\n"), std::string::npos);
    // None may learn of another: RFC 5321 §7.2.
    EXPECT_EQ(alice.front().find("for <"), std::string::npos);
    EXPECT_EQ(queued(), (std::vector<std::string>{"away@elsewhere.example", "far@third.example"}));
}

TEST_F(IntakeTest, RewritesTheSenderOfWhatAnAliasSendsOn)
{
    Intake intake{accounts(), mail(), "mx.example.test", nullptr, Srs(std::string(32, 'k'))};
    const auto sent_from = [&](const std::string& reverse_path) {
        auto body = mail().new_spool();
        EXPECT_TRUE(body->append(message));
        Recipient far{"far@third.example", {{}, {"far@third.example"}}, {}};
        std::vector<Recipient> recipients{recipient("away"), std::move(far)};
        const auto verdict =
            run(intake.accept(peer(), {reverse_path, {}}, std::move(recipients), std::move(body)));
        EXPECT_TRUE(verdict.accepted());
        std::vector<std::string> paths;
        const auto all = run(queue().list(100));
        for (const auto& one : *all) {
            paths.push_back(one.recipient + " from " + one.reverse_path);
            EXPECT_TRUE(run(queue().drop(one.id)));
        }
        return paths;
    };
    const auto elsewhere = sent_from("carol@elsewhere.example");
    ASSERT_EQ(elsewhere.size(), 2u);
    EXPECT_TRUE(elsewhere[0].starts_with("away@elsewhere.example from SRS0=")) << elsewhere[0];
    EXPECT_TRUE(elsewhere[0].ends_with("=elsewhere.example=carol@example.test")) << elsewhere[0];
    EXPECT_EQ(elsewhere[1], "far@third.example from carol@elsewhere.example");
    EXPECT_EQ(sent_from("alice@example.test").front(), "away@elsewhere.example from alice@example.test");
    EXPECT_EQ(sent_from("nobody@example.test").front(), "away@elsewhere.example from nobody@example.test");
    EXPECT_EQ(sent_from("").front(), "away@elsewhere.example from ");

    const auto from = elsewhere[0].find("SRS0=");
    const auto undone = intake.bounce_for(elsewhere[0].substr(from, elsewhere[0].rfind('@') - from));
    EXPECT_EQ(undone.kind, Srs::Undone::Kind::genuine);
    EXPECT_EQ(undone.local_part + '@' + undone.domain, "carol@elsewhere.example");
    EXPECT_EQ(intake_.bounce_for("SRS0=a=b=c=d").kind, Srs::Undone::Kind::forged); // has no key
}

TEST_F(IntakeTest, RefusesWhatCannotBeAMessage)
{
    std::string circles;
    for (int i = 0; i < 51; ++i)
        circles += "Received: from here by there\r\n";
    std::string large;
    while (large.size() < 257 * 1024)
        large += "X-Filler: " + std::string(900, 'x') + "\r\n";
    struct Case
    {
        std::string head;
        std::string_view status;
    };
    const std::vector<Case> table{
        {circles, "5.4.6"},
        {large, "5.6.0"},
        {"X-Filler: " + std::string(65 * 1024, 'x') + "\r\n", "5.6.0"},
        {"Delivered-To: away@example.test\r\n", "5.4.6"},
    };
    for (const Case& c : table) {
        const Verdict verdict = accept(c.head + "\r\nbody\r\n", {recipient("alice"), recipient("away")});
        EXPECT_EQ(verdict.code, 554) << c.head.substr(0, 60);
        EXPECT_EQ(verdict.status, c.status) << c.head.substr(0, 60);
    }
    EXPECT_TRUE(inbox("alice@example.test").empty());
    EXPECT_TRUE(queued().empty());

    std::string many;
    for (int i = 0; i < 50; ++i)
        many += "Received: from here by there\r\n";
    EXPECT_TRUE(accept(many + "\r\nbody\r\n", {recipient("alice")}).accepted());
    EXPECT_TRUE(accept("", {recipient("alice")}).accepted());
}

TEST_F(IntakeTest, KeepsWhatWasAskedWithWhatIsQueued)
{
    sender_.parameters.envelope_id = "QQ314159";
    sender_.parameters.return_content = storage::ReturnContent::headers;
    sender_.parameters.body = storage::BodyKind::eight_bit;
    sender_.parameters.smtputf8 = true;
    sender_.parameters.tls = storage::TlsWish::required;
    sender_.parameters.release_at = storage::Time(std::chrono::seconds(1'900'000'000));
    Recipient away = recipient("away");
    away.parameters = {storage::notify::success | storage::notify::delay, "rfc822;away@example.test"};
    EXPECT_TRUE(accept(message, {away}).accepted());
    const auto entries = run(queue().list(10));
    ASSERT_TRUE(entries);
    ASSERT_EQ(entries->size(), 1u);
    EXPECT_EQ(entries->front().mail, sender_.parameters);
    EXPECT_EQ(entries->front().rcpt, away.parameters);
}

TEST_F(IntakeTest, NoticesThatTlsIsWaived)
{
    using storage::TlsWish;
    struct Case
    {
        std::string head;
        TlsWish asked;
        TlsWish kept;
    };
    const std::string no = "TLS-Required: No\r\n";
    for (const Case& c :
         {Case{"", TlsWish::unsaid, TlsWish::unsaid}, Case{no, TlsWish::unsaid, TlsWish::waived},
          Case{"tls-required:\r\n no \r\n", TlsWish::unsaid, TlsWish::waived},
          Case{no, TlsWish::required, TlsWish::required},
          Case{"TLS-Required: Yes\r\n", TlsWish::unsaid, TlsWish::unsaid},
          Case{no + no, TlsWish::unsaid, TlsWish::unsaid}}) {
        sender_.parameters.tls = c.asked;
        ASSERT_TRUE(accept(c.head + message, {recipient("away")}).accepted()) << c.head;
        const auto entries = run(queue().list(10));
        ASSERT_TRUE(entries);
        EXPECT_EQ(entries->back().mail.tls, c.kept) << c.head;
    }
}

TEST_F(IntakeTest, TellsOfSuccessWhereItLies)
{
    sender_.reverse_path = "bob@example.test";
    Origin submitted = peer();
    submitted.kind = Origin::Kind::submission;
    Recipient alice = recipient("alice");
    alice.parameters.notify = storage::notify::success;
    const Verdict verdict = accept(message, {alice}, submitted);
    EXPECT_TRUE(verdict.accepted());
    EXPECT_EQ(verdict.unreported, "");
    const auto reports = inbox("bob@example.test");
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_TRUE(reports.front().starts_with("Return-Path: <>\r\n"));
    EXPECT_NE(
        reports.front().find("\r\nFinal-Recipient: rfc822; alice@example.test\r\nAction: delivered\r\n"),
        std::string::npos);
    EXPECT_NE(reports.front().find("Subject: lunch"), std::string::npos);
}

TEST_F(IntakeTest, TellsStrangersNothingThatTheyWroteThemselves)
{
    Recipient alice = recipient("alice");
    alice.parameters.notify = storage::notify::success;
    sender_.reverse_path = "bob@example.test";
    EXPECT_TRUE(accept(message, {alice}).accepted());
    const auto reports = inbox("bob@example.test");
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_EQ(reports.front().find("lunch"), std::string::npos);

    sender_.reverse_path = "carol@elsewhere.example";
    EXPECT_TRUE(accept(message, {alice}).accepted());
    EXPECT_EQ(queued(), std::vector<std::string>{"carol@elsewhere.example"});

    sender_.reverse_path = "";
    EXPECT_TRUE(accept(message, {alice}).accepted());
    EXPECT_EQ(queued().size(), 1u);
    EXPECT_EQ(inbox("alice@example.test").size(), 3u);
}

TEST_F(IntakeTest, SaysWhyAReportCouldNotBeSent)
{
    Recipient alice = recipient("alice");
    alice.parameters.notify = storage::notify::success;
    sender_.reverse_path = "nobody@example.test";
    const Verdict verdict = accept(message, {alice});
    EXPECT_TRUE(verdict.accepted()); // the message is stored all the same
    EXPECT_EQ(verdict.unreported, "the sender's address leads nowhere");
}

TEST_F(IntakeTest, NeverSaysYesWhenTheStoreSaysNo)
{
    const std::string large = message + std::string(70 * 1024, 'x') + "\r\n"; // above the quota
    const Verdict full = accept(large, {recipient("alice"), recipient("bob"), recipient("away")});
    EXPECT_EQ(full.code, 452);
    EXPECT_EQ(full.status, "4.2.2");
    EXPECT_TRUE(queued().empty());

    const Recipient alice = recipient("alice");
    const auto removed = run(accounts().remove("alice@example.test"));
    ASSERT_TRUE(removed) << removed.error().message();
    const Verdict gone = accept(message, {alice, recipient("bob")});
    EXPECT_EQ(gone.code, 451);
    EXPECT_TRUE(inbox("bob@example.test").empty());
}

TEST_F(IntakeTest, AnswersForEachRecipientApart)
{
    // Bob has no room for it.
    ASSERT_TRUE(accept(message + std::string(40 * 1024, 'x') + "\r\n", {recipient("bob")}).accepted());
    const std::string large = message + std::string(30 * 1024, 'y') + "\r\n";
    const auto verdicts =
        accept_apart(large, {recipient("bob"), recipient("alice"), recipient("sales"), recipient("away")});
    ASSERT_EQ(verdicts.size(), 4u);
    EXPECT_EQ(verdicts[0].code, 452);
    EXPECT_EQ(verdicts[0].status, "4.2.2");
    EXPECT_TRUE(verdicts[1].accepted());
    EXPECT_EQ(verdicts[2].code, 452); // it leads to Bob too
    EXPECT_TRUE(verdicts[3].accepted());
    EXPECT_EQ(inbox("alice@example.test").size(), 1u);
    EXPECT_EQ(inbox("bob@example.test").size(), 1u);
    EXPECT_EQ(queued(), std::vector<std::string>{"away@elsewhere.example"});

    // What one recipient leads to is stored whole or not at all.
    const auto both = accept_apart(large, {recipient("sales"), recipient("away")});
    EXPECT_EQ(both[0].code, 452);
    EXPECT_TRUE(both[1].accepted());
    EXPECT_EQ(inbox("alice@example.test").size(), 1u);

    const auto none = accept_apart(large, {recipient("bob"), recipient("sales")});
    EXPECT_EQ(none[0].code, 452);
    EXPECT_EQ(none[1].code, 452);
    EXPECT_EQ(inbox("alice@example.test").size(), 1u);

    const auto refused =
        accept_apart("Delivered-To: away@example.test\r\n\r\n", {recipient("alice"), recipient("away")});
    ASSERT_EQ(refused.size(), 2u);
    EXPECT_EQ(refused[0].code, 554);
    EXPECT_EQ(refused[1].code, 554);
}

TEST_F(IntakeTest, TellsOfSuccessForThoseWhoHaveIt)
{
    ASSERT_TRUE(accept(message + std::string(40 * 1024, 'x') + "\r\n", {recipient("bob")}).accepted());
    sender_.reverse_path = "alice@example.test";
    std::vector<Recipient> recipients{recipient("bob"), recipient("alice")};
    for (auto& one : recipients)
        one.parameters.notify = storage::notify::success;
    const auto verdicts = accept_apart(message + std::string(30 * 1024, 'y') + "\r\n", recipients);
    EXPECT_EQ(verdicts.at(0).code, 452);
    EXPECT_TRUE(verdicts.at(1).accepted());
    const auto messages = inbox("alice@example.test");
    ASSERT_EQ(messages.size(), 2u);
    EXPECT_NE(messages[1].find("Final-Recipient: rfc822; alice@example.test\r\nAction: delivered\r\n"),
              std::string::npos);
    EXPECT_EQ(messages[1].find("bob@example.test"), std::string::npos);

    sender_.reverse_path = "nobody@example.test";
    EXPECT_EQ(accept_apart(message, {recipients.at(1)}).at(0).unreported,
              "the sender's address leads nowhere");
}

} // namespace
} // namespace pillarbox::mailflow
