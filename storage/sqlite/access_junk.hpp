#pragma once

#include "storage/junk.hpp"

namespace pillarbox::storage::sqlite {

struct Core;

/// As those of storage/sqlite/access.hpp.
class SqliteJunk final : public Junk
{
public:
    explicit SqliteJunk(Core& core) : core_(core) {}

    awaitable<Result<std::vector<Acquaintance>>> acquaintances(std::vector<AccountId> accounts,
                                                               std::string author) override;
    awaitable<Result<std::vector<std::vector<WordCount>>>> words(std::vector<AccountId> accounts,
                                                                 std::vector<std::uint64_t> words) override;
    awaitable<Result<std::vector<RuledSender>>> senders(AccountId account) override;
    awaitable<Result<void>> set_rule(AccountId account, std::string sender, SenderRule rule) override;
    awaitable<Result<void>> remove_rule(AccountId account, std::string sender) override;
    awaitable<Result<std::vector<Lesson>>> lessons(std::size_t limit) override;
    awaitable<Result<void>> learn(Lesson lesson, std::vector<std::uint64_t> words) override;
    awaitable<Result<void>> unlearn(AccountId account) override;
    void on_lesson(std::function<void()> listener) override;
    awaitable<Result<std::chrono::seconds>> wait_for(Stranger stranger, std::chrono::seconds delay) override;

private:
    Core& core_;
};

} // namespace pillarbox::storage::sqlite
