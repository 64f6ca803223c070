#include "tests/unit/storage/search_test.hpp"

namespace pillarbox::storage {
namespace {

TEST_F(SearchTest, FindsWords)
{
    bring("first", "From: Bob <bob@example.net>\r\n\r\nThe quick brown fox\r\n");
    bring("second", "From: Eve <eve@example.net>\r\n\r\nA lazy dog, and a fox\r\n");
    index();
    EXPECT_EQ(find("fox"), (List{"second", "first"}));
    EXPECT_EQ(find("FOX quick"), List{"first"});
    EXPECT_EQ(find("fox -quick"), List{"second"});
    EXPECT_EQ(find("quick OR lazy"), (List{"second", "first"}));
    EXPECT_EQ(find("-fox"), List{});
    EXPECT_EQ(find("-quick"), List{"second"});
    EXPECT_EQ(find("-(quick brown)"), List{"second"});
    EXPECT_EQ(find("\"brown fox\""), List{"first"});
    EXPECT_EQ(find("\"fox brown\""), List{});
    EXPECT_EQ(find("\"quick bro\"*"), List{"first"});
    EXPECT_EQ(find("qui*"), List{"first"});
    EXPECT_EQ(find("qui"), List{});
    EXPECT_EQ(find("second"), List{"second"}); // the subject
    EXPECT_EQ(find("eve@example.net"), List{"second"});
    EXPECT_EQ(find("(quick OR lazy) dog"), List{"second"});
    EXPECT_EQ(find("nothing"), List{});
}

TEST_F(SearchTest, FoldsCaseAndAccents)
{
    bring("accents",
          "Content-Type: text/plain; charset=utf-8\r\n\r\nÉté à la crème brûlée, Ångström, ДОМ\r\n");
    index();
    for (const auto* query : {"ete", "ÉTÉ", "creme", "\"creme brulee\"", "angstrom", "дом", "cre*", "été"})
        EXPECT_EQ(find(query), List{"accents"}) << query;
}

TEST_F(SearchTest, FindsAnyRunOfCharactersThatAreNotSpaced)
{
    bring("日本語の件名",
          "Content-Type: text/plain; charset=utf-8\r\n\r\n東京都に住んでいます。カタカナ\r\n");
    bring("korean", "Content-Type: text/plain; charset=utf-8\r\n\r\n안녕하세요 세계, 中文电子邮件test\r\n");
    index();
    for (const auto* query :
         {"京都", "東京都", "住んで", "います", "タカ", "日本", "件名", "subject:件名", "日本*"})
        EXPECT_EQ(find(query), List{"日本語の件名"}) << query;
    for (const auto* query : {"녕하", "세계", "电子", "邮件test", "中文电子邮件", "test"})
        EXPECT_EQ(find(query), List{"korean"}) << query;
    for (const auto* query : {"都京", "東都", "日本件", "文中"})
        EXPECT_EQ(find(query), List{}) << query;
}

TEST_F(SearchTest, KnowsFields)
{
    bring("report",
          "From: Alice B <alice@corp.example>\r\nTo: Bob <bob@corp.example>\r\nCc: eve@corp.example\r\n"
          "List-Id: Dev list <dev.corp.example>\r\nX-Mailer: The Bat! 5.1\r\nX-Flags: one, two three\r\n"
          "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsome text\r\n"
          "--b\r\nContent-Type: application/pdf; name=\"budget 2026.pdf\"\r\n\r\nx\r\n--b--\r\n");
    bring("alice bob eve dev bat budget",
          "From: someone@else.example\r\n\r\nalice bob eve dev bat budget\r\n");
    index();
    for (const auto* query : {"from:alice",
                              "from:alice@corp.example",
                              "from:\"alice b\"",
                              "from:ali*",
                              "to:bob",
                              "cc:eve",
                              "list:dev",
                              "list:dev.corp.example",
                              "header:X-Mailer:bat",
                              "header:x-mailer:\"the bat\"",
                              "header:X-Mailer:ba*",
                              "header:X-Flags:\"two three\"",
                              "header:list-id:dev",
                              "header:From:alice",
                              "filename:budget",
                              "filename:budget*",
                              "filename:\"budget 2026.pdf\"",
                              "has:attachment",
                              "has:attachment from:alice",
                              "subject:report body:text",
                              "-subject:budget"})
        EXPECT_EQ(find(query), List{"report"}) << query;
    for (const auto* query :
         {"from:bob", "to:eve", "cc:bob", "subject:text", "header:X-Flags:bat",
          "header:X-Flags:\"one three\"", "header:X-Mailer:one", "header:X:bat", "body:report", "list:bob"})
        EXPECT_EQ(find(query), List{}) << query;
    EXPECT_EQ(find("subject:budget"), List{"alice bob eve dev bat budget"});
    EXPECT_EQ(find("-has:attachment"), List{"alice bob eve dev bat budget"});
}

TEST_F(SearchTest, KnowsWhatMessagesAre)
{
    bring("small", "\r\nword\r\n");
    const auto read = newest();
    bring("large", "\r\nword " + text_of(20'000) + "\r\n");
    index();
    ASSERT_TRUE(run(mail().set_flags(account("alice@example.org"), read, flag::seen | flag::flagged, 0)));
    for (const auto* query :
         {"is:read", "is:starred", "word is:read", "word -is:unread", "smaller:10k",
          "word smaller:10k in:inbox", "(is:starred OR is:answered) wor*", "is:read OR word is:starred"})
        EXPECT_EQ(find(query), List{"small"}) << query;
    for (const auto* query : {"is:unread", "word larger:10k", "-is:read", "larger:10000", "-(is:read word)",
                              "larger:10k -is:answered"})
        EXPECT_EQ(find(query), List{"large"}) << query;
    for (const auto* query : {"in:inbox", "newer_than:1d", "after:2020-01-01", "word newer_than:1d",
                              "is:read OR larger:10k", "in:INBOX word", "nothing OR in:inbox"})
        EXPECT_EQ(find(query), (List{"large", "small"})) << query;
    for (const auto* query :
         {"in:trash", "in:spam word", "in:nowhere", "older_than:1d", "before:2020-01-01 word", "is:answered",
          "nothing in:inbox", "is:read larger:10k"})
        EXPECT_EQ(find(query), List{}) << query;
}

TEST_F(SearchTest, NeverFindsAnotherAccountsMail)
{
    bring("both", "\r\nshared secret\r\n", {"alice@example.org", "bob@example.org"});
    bring("alice alone", "\r\nsecret\r\n");
    bring("bob alone", "\r\nsecret a1 a2\r\n", {"bob@example.org"});
    index();
    EXPECT_EQ(find("secret"), (List{"alice alone", "both"}));
    EXPECT_EQ(find("secret", "bob@example.org"), (List{"bob alone", "both"}));
    EXPECT_EQ(find("-nothing"), (List{"alice alone", "both"}));
    EXPECT_EQ(find("in:inbox OR secret"), (List{"alice alone", "both"}));
    EXPECT_EQ(find("shared", "bob@example.org"), List{"both"});
}

TEST_F(SearchTest, WhatIsTypedIsOnlyText)
{
    bring("plain", "\r\nwords AND NEAR mark:a1 {subject} ^here (there)\r\n");
    index();
    for (const auto* query : {"AND", "NEAR", "\"NEAR(words, 2)\" OR words", "mark", "\"mark:a1\"",
                              "{subject}", "^here", "\"(there)\"", "words^", "a1"})
        EXPECT_EQ(find(query), List{"plain"}) << query;
    for (const auto* query : {"\xE2\x80\x94", "words \xE2\x80\x94", "\xff\xfe", "\"mark:a2\"", "\"col : x\""})
        EXPECT_EQ(find(query), List{}) << query;
}

TEST_F(SearchTest, GoesThroughPages)
{
    for (int i = 0; i < 25; ++i)
        bring("number " + std::to_string(i), i % 2 == 0 ? "\r\neven word\r\n" : "\r\nodd word\r\n");
    index();
    for (const std::string query : {"word", "in:inbox", "word in:inbox", "is:unread", "even OR odd"}) {
        List seen;
        std::optional<SearchCursor> after;
        do {
            const auto page = search(query, 10, after);
            EXPECT_EQ(page.total, after ? 0u : 25u) << query;
            EXPECT_FALSE(page.more);
            for (const auto& item : page.items)
                seen.push_back(item.summary.subject);
            after = page.next;
        } while (after && seen.size() < 100);
        ASSERT_EQ(seen.size(), 25u) << query;
        for (int i = 0; i < 25; ++i)
            EXPECT_EQ(seen[static_cast<std::size_t>(i)], "number " + std::to_string(24 - i)) << query;
    }
}

TEST_F(SearchTest, IsInTheOrderInWhichMessagesWereReceived)
{
    // As they may come from another server: one mailbox after the other.
    const auto carry = [this](int second, MailboxRole role) {
        auto spool = mail().new_spool();
        EXPECT_TRUE(spool->append("Subject: s\r\n\r\nword\r\n"));
        Summary summary;
        summary.subject = std::to_string(second);
        const auto brought = run(store_->transfer().bring({.account = account("alice@example.org"),
                                                           .mailbox = mailbox("alice@example.org", role),
                                                           .flags = 0,
                                                           .received = Time(std::chrono::seconds(second)),
                                                           .unique_id = {},
                                                           .digest = {},
                                                           .name = {},
                                                           .body = std::move(spool),
                                                           .summary = std::move(summary)}));
        EXPECT_TRUE(brought);
        return brought->id;
    };
    const auto first = carry(30, MailboxRole::inbox);
    carry(10, MailboxRole::inbox);
    carry(30, MailboxRole::sent);
    carry(20, MailboxRole::archive);
    carry(-5, MailboxRole::archive);
    carry(40, MailboxRole::sent);
    index();
    const List newest{"40", "30", "30", "20", "10", "-5"};
    const List oldest(newest.rbegin(), newest.rend());
    const auto pages = [this](const std::string& query, std::size_t limit, Order order) {
        std::pair<List, std::vector<MessageId>> all;
        std::optional<SearchCursor> after;
        do {
            const auto page = search(query, limit, after, "alice@example.org", Rows::messages, order);
            for (const auto& item : page.items) {
                all.first.push_back(item.summary.subject);
                all.second.push_back(item.id);
            }
            after = page.next;
        } while (after && all.first.size() < 100);
        return all;
    };
    for (const auto* query : {"word", "-nothing", "smaller:1M", "word smaller:1M", "word OR in:trash"}) {
        for (const std::size_t limit : {1u, 2u, 3u, 50u}) {
            const auto down = pages(query, limit, Order::newest_first);
            auto up = pages(query, limit, Order::oldest_first);
            EXPECT_EQ(down.first, newest) << query << " by " << limit;
            EXPECT_EQ(up.first, oldest) << query << " by " << limit;
            EXPECT_EQ(down.second[2], first) << "of one second, the one that came first is older";
            std::ranges::reverse(up.second);
            EXPECT_EQ(up.second, down.second) << query << " by " << limit;
        }
    }
    EXPECT_EQ(find("in:archive"), (List{"20", "-5"}));
    EXPECT_EQ(find("word -in:sent"), (List{"30", "20", "10", "-5"}));
}

TEST_F(SearchTest, SaysWhatIsNotIndexedYet)
{
    bring("first", "\r\nword\r\n");
    index();
    core().indexer->stop();
    bring("second", "\r\nword\r\n");
    bring("other", "\r\nword\r\n", {"bob@example.org"});
    const auto found = search("word");
    EXPECT_EQ(found.items.size(), 1u);
    EXPECT_EQ(found.behind, 1u);
    EXPECT_EQ(search("in:inbox").items.size(), 2u); // asks for no words
    EXPECT_EQ(search("in:inbox").behind, 0u);
    reopen();
    index();
    EXPECT_EQ(search("word").behind, 0u);
    EXPECT_EQ(find("word"), (List{"second", "first"}));
}

TEST_F(SearchTest, WorksInTheBackground)
{
    // Woken by the commit: the search is asked until it answers, for at most the test's time.
    bring("soon", "\r\nword\r\n");
    while (find("word").empty()) {
    }
    EXPECT_EQ(find("word"), List{"soon"});
}

TEST_F(SearchTest, ForgetsWhatIsDeleted)
{
    bring("kept", "\r\ncommon word\r\n");
    bring("gone", "Message-ID: <1@example.org>\r\n\r\ncommon unique\r\n");
    bring("shared", "\r\ncommon both\r\n", {"alice@example.org", "bob@example.org"});
    index();
    const auto found = search("common");
    ASSERT_EQ(found.items.size(), 3u);
    ASSERT_TRUE(run(mail().expunge(account("alice@example.org"), {found.items[0].id, found.items[1].id})));
    EXPECT_EQ(find("common"), List{"kept"}); // at once
    core().upkeep->run_once();
    index();
    EXPECT_EQ(find("common"), List{"kept"});
    EXPECT_EQ(find("both", "bob@example.org"), List{"shared"});
    EXPECT_EQ(count("SELECT count(*) FROM idx.doc"), 2);
    EXPECT_EQ(count("SELECT count(*) FROM idx.content"), 2);
    EXPECT_EQ(count("SELECT count(*) FROM idx.link"), 0);
    EXPECT_EQ(count("SELECT count(*) FROM idx.entry WHERE entry MATCH 'unique'"), 0);
    EXPECT_EQ(count("SELECT count(*) FROM idx.entry WHERE entry MATCH 'common'"), 2);
}

TEST_F(SearchTest, GivesSpaceBack)
{
    std::vector<MessageId> all;
    for (int i = 0; i < 1100; ++i) {
        bring("number " + std::to_string(i), "\r\n" + text_of(4'000, static_cast<unsigned>(i)) + "\r\n");
        all.push_back(newest());
    }
    bring("kept", "\r\nthe last word\r\n");
    index();
    const auto before = count("SELECT sum(length(block)) FROM idx.entry_data");
    ASSERT_TRUE(run(mail().expunge(account("alice@example.org"), all)));
    core().upkeep->run_once();
    index();
    EXPECT_EQ(count("SELECT count(*) FROM idx.doc"), 1);
    EXPECT_LT(count("SELECT sum(length(block)) FROM idx.entry_data"), before / 20);
    EXPECT_LT(count("PRAGMA idx.freelist_count"), 20);
    EXPECT_EQ(find("last word"), List{"kept"});
    EXPECT_EQ(find("number"), List{});
}

TEST_F(SearchTest, StaysRightWhileMailComesAndGoes)
{
    std::size_t live = 0;
    for (int i = 0; i < 300; ++i) {
        bring("number " + std::to_string(i), "\r\nword " + std::to_string(i % 7) + "\r\n",
              {"alice@example.org", "bob@example.org"});
        ++live;
        if (i % 3 == 0) {
            ASSERT_TRUE(run(mail().expunge(account("alice@example.org"), {newest()})));
            --live;
        }
        if (i % 20 == 0) {
            core().upkeep->run_once();
            EXPECT_LE(search("word").total, live);
        }
    }
    core().upkeep->run_once();
    index();
    EXPECT_EQ(search("word").total, live);
    EXPECT_EQ(search("word", 10, std::nullopt, "bob@example.org").total, 300u);
    EXPECT_EQ(count("SELECT count(*) FROM idx.doc"), 300);
    close();
    sqlite::Database index(
        {.file = options_.directory / "index.db", .mode = sqlite::Database::Mode::derived, .vfs = {}});
    EXPECT_NO_THROW(index.run("INSERT INTO entry (entry) VALUES ('integrity-check')"));
    sqlite::Query row(index, "PRAGMA integrity_check");
    ASSERT_TRUE(row.step());
    EXPECT_EQ(row.text(0), "ok");
    EXPECT_EQ(recorder_->errors(), 0u);
}

TEST_F(SearchTest, FindsLaterWhatWentWhileNobodyListened)
{
    bring("gone", "\r\nword\r\n");
    index();
    const auto message = newest();
    options_.extractor = nullptr;
    reopen();
    ASSERT_TRUE(run(mail().expunge(account("alice@example.org"), {message})));
    core().upkeep->run_once();
    options_.extractor = std::make_shared<mailflow::IndexText>();
    reopen();
    index();
    EXPECT_EQ(count("SELECT count(*) FROM idx.doc"), 0);
}

TEST_F(SearchTest, NoticesAttachmentsThatDeliveryDidNotSee)
{
    bring("late", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + text_of(300'000) +
                      "\r\n--b\r\nContent-Type: application/zip; name=late.zip\r\n\r\nPK\r\n--b--\r\n");
    index();
    const auto found = search("filename:late.zip");
    ASSERT_EQ(found.items.size(), 1u);
    EXPECT_TRUE(found.items[0].summary.attachments);
}

} // namespace
} // namespace pillarbox::storage
