#include "storage/sqlite/core.hpp"
#include "storage/store.hpp"

#include <stdexcept>

namespace pillarbox::storage {

std::unique_ptr<Store> open(const Options& options)
{
    if (options.url == "sqlite:") return sqlite::open_sqlite(options);
    throw std::runtime_error("storage.url = '" + options.url +
                             "' names no store that this program has; use 'sqlite:'");
}

} // namespace pillarbox::storage
