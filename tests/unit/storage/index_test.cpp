#include "tests/unit/storage/search_test.hpp"

#include "storage/maintenance.hpp"
#include "storage/sqlite/deflate.hpp"
#include "storage/sqlite/index_rows.hpp"
#include "storage/sqlite/tokens.hpp"

#include <fstream>

namespace pillarbox::storage {
namespace {

TEST(Tokens, PartCharactersThatAreNotSpaced)
{
    using sqlite::split_scripts;
    EXPECT_EQ(split_scripts("plain text, été"), "plain text, été");
    EXPECT_EQ(split_scripts("日本x"), " 日  本 x");
    EXPECT_EQ(split_scripts("가\xF0\xA0\x80\x80"), " 가  \xF0\xA0\x80\x80 ");
    EXPECT_EQ(split_scripts("a\xEE\x80\x80z"), "a z"); // nobody's text has what field_words() glues with
    EXPECT_EQ(split_scripts("\xE6\x97"), "\xE6\x97");
    EXPECT_EQ(split_scripts("\xE6z\xFF"), "\xE6z\xFF");
    EXPECT_EQ(split_scripts(""), "");
}

TEST(Tokens, GlueWordsToTheirField)
{
    using sqlite::field_words;
    EXPECT_EQ(field_words("x-mailer", "The Bat! 5"), "xmailer\xEE\x80\x80The xmailer\xEE\x80\x80"
                                                     "Bat xmailer\xEE\x80\x80"
                                                     "5");
    EXPECT_EQ(field_words("x", "日本"), "x\xEE\x80\x80日 x\xEE\x80\x80本");
    EXPECT_EQ(field_words("x", " -- "), "");
}

TEST(Deflate, GivesBackWhatItWasGiven)
{
    for (const auto& text : {std::string(), std::string("a"), text_of(100'000), std::string(70'000, '\0')})
        EXPECT_EQ(sqlite::inflate(sqlite::deflate(text)), text);
    EXPECT_LT(sqlite::deflate(text_of(100'000)).size(), 100'000u);
    auto damaged = sqlite::deflate(text_of(1000));
    damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
    for (const auto& octets : {std::string(), std::string("abc"), std::string("\xff\xff\xff\xff"), damaged,
                               sqlite::deflate("word").substr(0, 6)})
        EXPECT_THROW(sqlite::inflate(octets), std::runtime_error);
}

/// Everything that is about the file and not about what is found.
class IndexTest : public SearchTest
{
public:
    std::filesystem::path file() const { return options_.directory / "index.db"; }

    void expect_found_after_reopen(const char* why)
    {
        reopen();
        index();
        EXPECT_EQ(find("word"), (List{"second", "first"})) << why;
        EXPECT_EQ(count("SELECT count(*) FROM idx.doc"), 2) << why;
        EXPECT_EQ(recorder_->errors(), 0u) << why;
    }

    void bring_two()
    {
        bring("first", "\r\nword\r\n");
        bring("second", "\r\nword " + text_of(10'000) + "\r\n");
    }
};

TEST_F(IndexTest, GoesOnWhereItWas)
{
    core().indexer->stop();
    bring_two();
    EXPECT_EQ(find("word"), List{}); // as after a crash between commit and indexing
    expect_found_after_reopen("the first time");
    core().indexer->stop();
    bring("third", "\r\nword\r\n");
    reopen();
    index();
    EXPECT_EQ(find("word"), (List{"third", "second", "first"}));
    EXPECT_EQ(count("SELECT count(*) FROM idx.doc"), 3);
    for (const auto& event : recorder_->events())
        EXPECT_NE(event.what, "the search index is made anew");
}

TEST_F(IndexTest, IsMadeAnewWhenItCannotBeUsed)
{
    bring_two();
    index();
    const auto spoil = [&](const char* sql) {
        close();
        sqlite::Database database({.file = file(), .mode = sqlite::Database::Mode::derived, .vfs = {}});
        database.script(sql);
    };
    close();
    sqlite::remove_index(file());
    expect_found_after_reopen("missing");
    close();
    std::ofstream(file()) << "no database at all";
    expect_found_after_reopen("foreign");
    close();
    std::filesystem::resize_file(file(), std::filesystem::file_size(file()) / 2);
    expect_found_after_reopen("cut");
    spoil("PRAGMA user_version=99");
    expect_found_after_reopen("another version");
    spoil("UPDATE state SET extractor = 0");
    expect_found_after_reopen("another extractor");
    spoil("UPDATE state SET store = x'00'");
    expect_found_after_reopen("another store");
    spoil("UPDATE state SET cursor = 1000000");
    expect_found_after_reopen("ahead of the store");
    spoil("DELETE FROM entry_data");
    expect_found_after_reopen("emptied");
}

TEST_F(IndexTest, IsMadeAnewWhileTheServerRuns)
{
    bring_two();
    index();
    EXPECT_EQ(find("word").size(), 2u);
    // Overwritten beneath the server, log and all.
    {
        sqlite::Database database({.file = file(), .mode = sqlite::Database::Mode::derived, .vfs = {}});
        database.script("DELETE FROM entry_data");
    }
    const auto query = parse_search("word", Time{});
    ASSERT_TRUE(query);
    const auto ask = [&] {
        return run(store_->search().search(account("alice@example.org"), *query, {}, 10));
    };
    EXPECT_FALSE(ask());
    while (true) { // until the indexer has seen to it
        const auto found = ask();
        if (found && found->items.size() == 2) break;
    }
    EXPECT_EQ(recorder_->errors(), 0u);
}

TEST_F(IndexTest, IsNoBusinessOfBackupAndVerify)
{
    bring_two();
    index();
    const auto verified = verify(options_, {});
    EXPECT_EQ(verified.wrong + verified.notes, 0u);
    const auto copy = directory_.path() / "backup";
    backup(options_, copy, {});
    for (const auto& entry : std::filesystem::recursive_directory_iterator(copy))
        EXPECT_FALSE(entry.path().filename().string().starts_with("index.db")) << entry.path();
    close();
    restore(options_, copy, {.replace = true});
    expect_found_after_reopen("restored");
}

TEST_F(IndexTest, IsReadBesideTheServer)
{
    bring_two();
    index();
    auto options = options_;
    options.access = Options::Access::tool;
    options.extractor = nullptr;
    const auto tool = sqlite::open_sqlite(options);
    const auto query = parse_search("word", Time{});
    const auto found = run(tool->search().search(account("alice@example.org"), *query, {}, 10));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->items.size(), 2u);
}

TEST_F(IndexTest, WithoutOneThereIsNoSearch)
{
    options_.extractor = nullptr;
    close();
    sqlite::remove_index(file());
    reopen();
    const auto query = parse_search("word", Time{});
    const auto found = run(store_->search().search(account("alice@example.org"), *query, {}, 10));
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error(), Errc::unavailable);
}

TEST_F(IndexTest, KeepsNoMailWaitingWhenItCannotBeMade)
{
    close();
    sqlite::remove_index(file());
    std::filesystem::create_directories(file() / "something");
    reopen();
    bring_two(); // mail needs no index
    const auto query = parse_search("word", Time{});
    const auto ask = [&] {
        return run(store_->search().search(account("alice@example.org"), *query, {}, 10));
    };
    const auto refused = ask();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), Errc::unavailable);
    std::size_t told = 0;
    for (const auto& event : recorder_->events())
        told += event.what == "messages cannot be indexed for the search";
    EXPECT_EQ(told, 1u); // and not once for every try
    std::filesystem::remove_all(file());
    index();
    EXPECT_EQ(find("word"), (List{"second", "first"}));
}

TEST_F(IndexTest, OrdersByTimeOfArrival)
{
    close();
    sqlite::remove_index(file());
    reopen();
    core().indexer->stop();
    sqlite::Database index({.file = file(), .mode = sqlite::Database::Mode::derived, .vfs = {}});
    const auto add = [&](std::int64_t body, std::int64_t second) {
        sqlite::add_entry(
            index,
            {.body = body, .accounts = {1}, .received = Time(std::chrono::seconds(second)), .text = {}});
    };
    const auto place = [&](std::int64_t body) {
        sqlite::Query row(index, "SELECT id FROM doc WHERE body = ?", body);
        return row.step() ? row.integer(0) : -1;
    };
    index.run("BEGIN");
    for (std::int64_t body = 1; body <= 300; ++body)
        add(body, 1000); // more than one second has room for
    add(301, 1001);
    add(302, 500); // brought along from the past
    for (std::int64_t body = 303; body < 600; ++body)
        add(body, 500);
    add(600, -5);
    index.run("COMMIT");
    for (std::int64_t body = 1; body <= 300; ++body)
        EXPECT_LT(place(body), place(body + 1));
    EXPECT_LT(place(302), place(1));
    EXPECT_LT(place(600), place(302));
    EXPECT_EQ(count("SELECT count(*) FROM idx.doc"), 600);
}

TEST_F(IndexTest, FindsCopiesAndMovedMessagesWhereTheyAre)
{
    bring("first", "\r\nthe word\r\n");
    const auto first = newest();
    bring("second", "\r\nthe word\r\n");
    const auto second = newest();
    index();
    const auto archive = mailbox("alice@example.org", MailboxRole::archive);
    const auto trash = mailbox("alice@example.org", MailboxRole::trash);
    ASSERT_TRUE(run(mail().copy(account("alice@example.org"), {first}, archive)));
    ASSERT_TRUE(run(mail().move(account("alice@example.org"), {second}, trash)));
    for (const bool later : {false, true}) { // before the indexer has seen it, and after
        EXPECT_EQ(find("word in:inbox"), List{"first"}) << later;
        EXPECT_EQ(find("word in:archive"), List{"first"}) << later;
        EXPECT_EQ(find("word in:trash"), List{"second"}) << later;
        index();
        core().upkeep->run_once();
        index();
    }
    EXPECT_EQ(count("SELECT count(*) FROM idx.doc"), 2);
    ASSERT_TRUE(run(mail().expunge(account("alice@example.org"), {first})));
    core().upkeep->run_once();
    index();
    EXPECT_EQ(find("word"), (List{"second", "first"}));
}

} // namespace
} // namespace pillarbox::storage
