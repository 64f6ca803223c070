#pragma once

#include "tests/support/failing_files.hpp"
#include "tests/unit/storage/store_test.hpp"

#include <algorithm>
#include <cerrno>

namespace pillarbox::storage {

struct Kind
{
    int error;
    bool for_good;
};
inline constexpr Kind kinds[] = {{EIO, false}, {EIO, true}, {ENOSPC, false}, {ENOSPC, true}};

class FailureTest : public StoreTest
{
public:
    FailureTest()
    {
        close();
        underneath_.files = std::make_shared<FailingFiles>(faults_);
        underneath_.vfs = register_failing_vfs(faults_);
        underneath_.upkeep_by_itself = false;
        reopen();
    }

    /// Nothing fails any more; the store is opened anew and must agree with itself.
    std::vector<std::string> all_after_reopening()
    {
        reopen();
        EXPECT_TRUE(store_->healthy());
        const auto maildrop = open_maildrop(alice);
        const auto shown = run(maildrop->entries());
        EXPECT_TRUE(shown) << "counters and rows differ";
        std::vector<std::string> all;
        std::uint64_t octets = 0;
        for (const auto& entry : *shown) {
            const auto text = read(entry.id);
            EXPECT_TRUE(text) << "a message without its octets";
            octets += entry.size;
            all.push_back(text ? text->substr(trace.size()) : "damaged");
        }
        EXPECT_EQ(maildrop->octets(), octets);
        EXPECT_TRUE(std::filesystem::is_empty(core().layout.spool));
        expect_sound();
        return all;
    }

    /// Spool and delivery, either of which may fail.
    Result<void> try_to_deliver(const std::string& body)
    {
        Delivery delivery;
        delivery.body = mail().new_spool();
        const auto appended = delivery.body->append(body);
        if (!appended) return appended;
        delivery.copies.push_back({alice_, std::string(trace)});
        return run(mail().deliver(std::move(delivery)));
    }

    /// Runs `work` again and again; each time another call of it fails, in
    /// every way, until none is left. Then the store is opened anew, must be
    /// sound, and goes to `check` with what work returned.
    template <class Work, class Check>
    void fail_every_call(Work work, Check check)
    {
        for (const auto& [error, for_good] : kinds) {
            bool failed = true;
            for (std::size_t n = 1; failed; ++n) {
                SCOPED_TRACE(testing::Message()
                             << "call " << n << " fails with " << error << (for_good ? " for good" : ""));
                ASSERT_LT(n, 300u);
                faults_->arm(n, error, for_good);
                const bool done = work();
                failed = faults_->disarm();
                EXPECT_TRUE(done || failed);
                static_cast<void>(all_after_reopening());
                ASSERT_NO_FATAL_FAILURE(check(done));
            }
        }
    }

    std::vector<MessageId> inbox()
    {
        std::vector<MessageId> ids;
        for (const auto& entry : entries(alice))
            ids.push_back(entry.id);
        return ids;
    }

    std::size_t count(MailboxId mailbox)
    {
        const auto page = run(mail().list(alice_, mailbox, 0, 0, 100'000));
        EXPECT_TRUE(page);
        return page ? page->items.size() : 0;
    }

    std::int64_t rows(const char* query)
    {
        const auto look = [query](sqlite::Database& database) -> Result<std::int64_t> {
            sqlite::Query row(database, query);
            row.step();
            return row.integer(0);
        };
        return run(sqlite::submit(*core().readers, look)).value();
    }

    std::shared_ptr<Faults> faults_ = std::make_shared<Faults>();
    AccountId alice_ = account(alice);
};

} // namespace pillarbox::storage
