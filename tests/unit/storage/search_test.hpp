#pragma once

#include "server/mailflow/index_text.hpp"
#include "storage/sqlite/index_file.hpp"
#include "tests/unit/storage/store_test.hpp"

#include <gtest/gtest.h>

namespace pillarbox::storage {

/// A store that indexes what real messages say.
class SearchTest : public StoreTest
{
public:
    SearchTest()
    {
        options_.extractor = std::make_shared<mailflow::IndexText>();
        reopen();
    }

    /// Delivers header and body; a Subject comes with it.
    void bring(const std::string& subject, const std::string& rest,
               const std::vector<std::string>& addresses = {"alice@example.org"})
    {
        auto one = delivery("Subject: " + subject + "\r\n" + rest, addresses);
        one.summary.subject = subject;
        ASSERT_TRUE(run(mail().deliver(std::move(one))));
    }

    void index() { core().indexer->run_once(); }

    Found search(const std::string& query, std::size_t limit = 50,
                 std::optional<SearchCursor> after = std::nullopt,
                 const std::string& address = "alice@example.org", Rows rows = Rows::messages,
                 Order order = Order::newest_first)
    {
        const auto read =
            parse_search(query, std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
        if (!read) {
            ADD_FAILURE() << query << ": " << read.error().sentence;
            return {};
        }
        const auto found = run(store_->search().search(account(address), *read, after, limit, rows, order));
        EXPECT_TRUE(found) << query << ": " << found.error().message();
        return found ? *found : Found();
    }

    /// Subjects of what is found, newest first.
    std::vector<std::string> find(const std::string& query, const std::string& address = "alice@example.org")
    {
        std::vector<std::string> subjects;
        for (const auto& item : search(query, 50, std::nullopt, address).items)
            subjects.push_back(item.summary.subject);
        return subjects;
    }

    MessageId newest(const std::string& address = "alice@example.org")
    {
        const auto page = run(mail().list(account(address), mailbox(address), 0, 0, 1));
        EXPECT_TRUE(page && !page->items.empty());
        return page->items.front().id;
    }

    std::int64_t count(const char* sql)
    {
        auto database = sqlite::open_search_reader(
            {.file = options_.directory / "mail.db", .mode = sqlite::Database::Mode::reader, .vfs = {}},
            options_.directory / "index.db");
        sqlite::Query row(*database, sql);
        return row.step() ? row.integer(0) : -1;
    }

    using List = std::vector<std::string>;
};

} // namespace pillarbox::storage
