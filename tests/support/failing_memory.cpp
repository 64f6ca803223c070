#include "tests/support/failing_memory.hpp"

#include <sqlite3.h>

#include <stdexcept>
#include <utility>

namespace pillarbox::storage {
namespace {

std::shared_ptr<Faults> memory_faults;
sqlite3_mem_methods usual{};

bool refused()
{
    return memory_faults && memory_faults->next() != 0;
}

void* take(int octets)
{
    return refused() ? nullptr : usual.xMalloc(octets);
}

void* resize(void* block, int octets)
{
    return refused() ? nullptr : usual.xRealloc(block, octets);
}

void expect(int code)
{
    if (code != SQLITE_OK) throw std::logic_error(sqlite3_errstr(code));
}

} // namespace

void fail_memory(std::shared_ptr<Faults> faults)
{
    memory_faults = std::move(faults);
    if (usual.xMalloc) return;
    expect(sqlite3_shutdown()); // memory is only configured while SQLite rests
    expect(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &usual));
    sqlite3_mem_methods failing = usual;
    failing.xMalloc = take;
    failing.xRealloc = resize;
    expect(sqlite3_config(SQLITE_CONFIG_MALLOC, &failing));
}

} // namespace pillarbox::storage
