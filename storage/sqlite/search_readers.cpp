#include "storage/sqlite/search_readers.hpp"

#include "storage/sqlite/core.hpp"
#include "storage/sqlite/index_file.hpp"

namespace pillarbox::storage::sqlite {

void SearchReaders::push(std::unique_ptr<Op> op)
{
    {
        const std::lock_guard lock(mutex_);
        if (readers_ || open()) return readers_->push(std::move(op));
    }
    op->settle(make_error_code(Errc::unavailable));
    Group alone;
    alone.push_back(std::move(op));
    resume_all(std::move(alone));
}

void SearchReaders::close()
{
    std::unique_ptr<Readers> closing;
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        closing = std::move(readers_);
    }
}

void SearchReaders::reopen()
{
    const std::lock_guard lock(mutex_);
    closed_ = false;
}

bool SearchReaders::open()
{
    // Without one to make it, a file of another process' making will do.
    if (!core_.indexer && core_.options.access == Options::Access::server) return false;
    if (closed_ || !std::filesystem::exists(core_.layout.index)) return false;
    const Database::Options mail{.file = core_.layout.database,
                                 .mode = Database::Mode::reader,
                                 .busy = core_.underneath.busy,
                                 .vfs = core_.underneath.vfs};
    try {
        std::vector<std::unique_ptr<Database>> connections;
        const unsigned count = core_.indexer ? 2 : 1;
        connections.reserve(count);
        for (unsigned i = 0; i < count; ++i)
            connections.push_back(open_search_reader(mail, core_.layout.index));
        Readers::Options options;
        options.deadline = core_.options.read_deadline;
        options.damaged = [this] {
            damaged_ = true;
            core_.wake_indexer();
        };
        readers_ = std::make_unique<Readers>(std::move(connections), std::move(options));
        return true;
    } catch (const std::exception& error) {
        core_.report(Observer::Severity::warning, "the search index cannot be read", error.what());
        return false;
    }
}

} // namespace pillarbox::storage::sqlite
