#include "storage/sqlite/op.hpp"

#include <boost/asio/post.hpp>

#include <sqlite3.h>

#include <new>

namespace pillarbox::storage::sqlite {

void resume_all(Group group)
{
    struct Home
    {
        boost::asio::any_io_executor executor;
        Group ops;
    };
    std::vector<Home> homes; // as many as there are reactors: few
    for (auto& op : group) {
        if (!op->home) {
            op->resume();
            continue;
        }
        Home* mine = nullptr;
        for (auto& home : homes) {
            if (home.executor == op->home) mine = &home;
        }
        if (!mine) mine = &homes.emplace_back(Home{op->home, {}});
        mine->ops.push_back(std::move(op));
    }
    for (auto& home : homes) {
        auto waiters = [ops = std::move(home.ops)]() mutable {
            for (auto& op : ops) {
                op->resume();
                op.reset(); // what it carried goes before the next one continues
            }
        };
        boost::asio::post(home.executor, std::move(waiters));
    }
}

int current_fault() noexcept
{
    try {
        throw;
    } catch (const SQLite::Exception& error) {
        return error.getExtendedErrorCode() != SQLITE_OK ? error.getExtendedErrorCode()
                                                         : error.getErrorCode();
    } catch (const std::bad_alloc&) {
        return SQLITE_NOMEM;
    } catch (...) {
        return SQLITE_ERROR;
    }
}

} // namespace pillarbox::storage::sqlite
