// SQLite's file layer is a table of C functions, and its files are pieces of
// memory that SQLite provides. Only a database and its log are wrapped; all
// other files are those of the layer beneath.

#include "storage/sqlite/combined_writes.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <stdexcept>

namespace pillarbox::storage::sqlite {
namespace {

// Octets. More at once gains little, and the page cache then keeps the log in
// larger pieces, which a small write makes dirty as a whole. SQLite's own layer
// could not take 128 KiB: it looks at a size's lowest 17 bits.
constexpr std::size_t most_held = std::size_t{32} * 1024;
constexpr int writers_lock = 0; // of the log's index; SQLite's walformat §2.3

/// A file of ours; the one beneath it lies in the memory behind it.
struct File : sqlite3_file
{
    sqlite3_file* beneath = nullptr;
};

struct LogFile;

struct DatabaseFile : File
{
    LogFile* log = nullptr; // while it is open
};

/// What is written is held while it is one piece.
struct LogFile : File
{
    int write(const void* octets, std::size_t amount, sqlite3_int64 offset);
    int pass_on();
    void transaction_over();

    DatabaseFile* database = nullptr;
    std::unique_ptr<char[]> held;
    std::size_t size = 0;    // of what is held
    sqlite3_int64 begin = 0; // where it goes
    int failed = SQLITE_OK;  // a write of this transaction, which must not commit
};

/// The usual way: the layer beneath does it.
template <auto method, class... Arguments>
auto forward(sqlite3_file* file, Arguments... arguments)
{
    sqlite3_file* beneath = static_cast<File*>(file)->beneath;
    return (beneath->pMethods->*method)(beneath, arguments...);
}

int LogFile::write(const void* octets, std::size_t amount, sqlite3_int64 offset)
{
    if (offset != begin + static_cast<sqlite3_int64>(size) || size + amount > most_held) {
        if (const int code = pass_on()) return code;
        begin = offset;
    }
    if (failed) return failed;
    if (amount > most_held)
        return forward<&sqlite3_io_methods::xWrite>(this, octets, static_cast<int>(amount), offset);
    std::memcpy(held.get() + size, octets, amount);
    size += amount;
    return SQLITE_OK;
}

/// An error stays until the transaction is over: what could not be written is
/// gone, and whoever met the error may not be the one who commits.
int LogFile::pass_on()
{
    if (size > 0 && !failed)
        failed = forward<&sqlite3_io_methods::xWrite>(this, held.get(), static_cast<int>(size), begin);
    size = 0;
    return failed;
}

/// From now on another process may write to the log. What is still held was
/// rolled back, or it would have been synced: how it fares does not matter.
void LogFile::transaction_over()
{
    static_cast<void>(pass_on());
    failed = SQLITE_OK;
}

int lock_index(sqlite3_file* file, int first, int count, int flags)
{
    LogFile* log = static_cast<DatabaseFile*>(file)->log;
    if (log && first == writers_lock && (flags & SQLITE_SHM_UNLOCK)) log->transaction_over();
    return forward<&sqlite3_io_methods::xShmLock>(file, first, count, flags);
}

int close_log(sqlite3_file* file)
{
    auto* log = static_cast<LogFile*>(file);
    log->transaction_over();
    log->database->log = nullptr;
    const int code = forward<&sqlite3_io_methods::xClose>(file);
    log->~LogFile();
    return code;
}

int write_log(sqlite3_file* file, const void* octets, int amount, sqlite3_int64 offset)
{
    return static_cast<LogFile*>(file)->write(octets, static_cast<std::size_t>(amount), offset);
}

/// What would see the file without what is held.
template <auto method, class... Arguments>
int up_to_date(sqlite3_file* file, Arguments... arguments)
{
    if (const int code = static_cast<LogFile*>(file)->pass_on()) return code;
    return forward<method>(file, arguments...);
}

constexpr sqlite3_io_methods forwarding = {
    .iVersion = 2, // no xFetch: pages are read, not mapped
    .xClose = forward<&sqlite3_io_methods::xClose>,
    .xRead = forward<&sqlite3_io_methods::xRead>,
    .xWrite = forward<&sqlite3_io_methods::xWrite>,
    .xTruncate = forward<&sqlite3_io_methods::xTruncate>,
    .xSync = forward<&sqlite3_io_methods::xSync>,
    .xFileSize = forward<&sqlite3_io_methods::xFileSize>,
    .xLock = forward<&sqlite3_io_methods::xLock>,
    .xUnlock = forward<&sqlite3_io_methods::xUnlock>,
    .xCheckReservedLock = forward<&sqlite3_io_methods::xCheckReservedLock>,
    .xFileControl = forward<&sqlite3_io_methods::xFileControl>,
    .xSectorSize = forward<&sqlite3_io_methods::xSectorSize>,
    .xDeviceCharacteristics = forward<&sqlite3_io_methods::xDeviceCharacteristics>,
    .xShmMap = forward<&sqlite3_io_methods::xShmMap>,
    .xShmLock = forward<&sqlite3_io_methods::xShmLock>,
    .xShmBarrier = forward<&sqlite3_io_methods::xShmBarrier>,
    .xShmUnmap = forward<&sqlite3_io_methods::xShmUnmap>,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

constexpr sqlite3_io_methods database_methods = [] {
    auto methods = forwarding;
    methods.xShmLock = lock_index;
    return methods;
}();

constexpr sqlite3_io_methods log_methods = [] {
    auto methods = forwarding;
    methods.xClose = close_log;
    methods.xRead = up_to_date<&sqlite3_io_methods::xRead>;
    methods.xWrite = write_log;
    methods.xTruncate = up_to_date<&sqlite3_io_methods::xTruncate>;
    methods.xSync = up_to_date<&sqlite3_io_methods::xSync>;
    methods.xFileSize = up_to_date<&sqlite3_io_methods::xFileSize>;
    return methods;
}();

struct Layer : sqlite3_vfs
{
    sqlite3_vfs* lower = nullptr; // must have shared memory, as a log needs
    std::string name;
};

/// Makes `Kind` in SQLite's memory, and behind it the file of the layer beneath.
template <class Kind>
Kind* make(sqlite3_file* memory)
{
    auto* file = new (memory) Kind{};
    file->pMethods = nullptr;
    file->beneath = reinterpret_cast<sqlite3_file*>(file + 1);
    file->beneath->pMethods = nullptr;
    return file;
}

int open_database(sqlite3_vfs* lower, sqlite3_filename name, sqlite3_file* memory, int flags, int* given)
{
    auto* file = make<DatabaseFile>(memory);
    const int code = lower->xOpen(lower, name, file->beneath, flags, given);
    if (file->beneath->pMethods) file->pMethods = &database_methods; // SQLite closes what has methods
    return code;
}

int open_log(sqlite3_vfs* lower, sqlite3_filename name, sqlite3_file* memory, int flags, int* given)
{
    auto* database = static_cast<DatabaseFile*>(sqlite3_database_file_object(name));
    auto* file = make<LogFile>(memory);
    file->held.reset(new (std::nothrow) char[most_held]);
    const int code = file->held ? lower->xOpen(lower, name, file->beneath, flags, given) : SQLITE_NOMEM;
    if (!file->beneath->pMethods) {
        file->~LogFile();
        return code;
    }
    file->database = database;
    database->log = file;
    file->pMethods = &log_methods;
    return code;
}

int open(sqlite3_vfs* layer, sqlite3_filename name, sqlite3_file* memory, int flags, int* given)
{
    auto* lower = static_cast<Layer*>(layer)->lower;
    if (flags & SQLITE_OPEN_MAIN_DB) return open_database(lower, name, memory, flags, given);
    if (flags & SQLITE_OPEN_WAL) return open_log(lower, name, memory, flags, given);
    return lower->xOpen(lower, name, memory, flags, given);
}

} // namespace

std::string combined_writes(const std::string& beneath)
{
    static std::mutex mutex;
    static std::map<std::string, Layer> layers; // as long as the program: SQLite keeps pointers to them
    const std::lock_guard lock(mutex);
    if (const auto made = layers.find(beneath); made != layers.end()) return made->second.name;
    sqlite3_vfs* lower = sqlite3_vfs_find(beneath.empty() ? nullptr : beneath.c_str());
    if (!lower) throw std::runtime_error("SQLite has no file layer '" + beneath + "'");
    auto& layer = layers[beneath];
    static_cast<sqlite3_vfs&>(layer) = *lower;
    layer.lower = lower;
    layer.name = "combined writes over " + std::string(lower->zName);
    layer.pNext = nullptr;
    layer.zName = layer.name.c_str();
    layer.szOsFile = lower->szOsFile + static_cast<int>(std::max(sizeof(DatabaseFile), sizeof(LogFile)));
    layer.xOpen = open;
    if (sqlite3_vfs_register(&layer, 0) != SQLITE_OK)
        throw std::runtime_error("SQLite takes no file layer above '" + layer.name + "'");
    return layer.name;
}

} // namespace pillarbox::storage::sqlite
