#include "tests/support/sqlite_layer.hpp"

#include <sqlite3.h>

#include <map>
#include <mutex>
#include <new>

#include <unistd.h>

namespace pillarbox::storage {

int SqliteHooks::open(const std::string&, bool, const Call& call)
{
    return call();
}

int SqliteHooks::write(const std::string&, std::string_view, std::uint64_t, const Call& call)
{
    return call();
}

int SqliteHooks::truncate(const std::string&, std::uint64_t, const Call& call)
{
    return call();
}

int SqliteHooks::sync(const std::string&, const Call& call)
{
    return call();
}

int SqliteHooks::remove(const std::string&, const Call& call)
{
    return call();
}

namespace {

// SQLite's file layer is a table of C functions; what no hook is for is handed on.

struct Layer
{
    sqlite3_vfs vfs{};
    std::shared_ptr<SqliteHooks> hooks;
};

struct HookedFile
{
    sqlite3_file base;
    sqlite3_file* real; // in the memory behind this one
    std::string* path;
    SqliteHooks* hooks;
};

HookedFile& hooked(sqlite3_file* file)
{
    return *reinterpret_cast<HookedFile*>(file);
}

sqlite3_file* real(sqlite3_file* file)
{
    return hooked(file).real;
}

SqliteHooks& hooks(sqlite3_vfs* vfs)
{
    return *static_cast<Layer*>(vfs->pAppData)->hooks;
}

sqlite3_vfs* beneath()
{
    static sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
    return vfs;
}

int close(sqlite3_file* file)
{
    const int code = real(file)->pMethods ? real(file)->pMethods->xClose(real(file)) : SQLITE_OK;
    delete hooked(file).path;
    return code;
}

int write(sqlite3_file* file, const void* octets, int amount, sqlite3_int64 offset)
{
    const std::string_view given(static_cast<const char*>(octets), static_cast<std::size_t>(amount));
    return hooked(file).hooks->write(*hooked(file).path, given, static_cast<std::uint64_t>(offset), [&] {
        return real(file)->pMethods->xWrite(real(file), octets, amount, offset);
    });
}

int truncate(sqlite3_file* file, sqlite3_int64 size)
{
    return hooked(file).hooks->truncate(*hooked(file).path, static_cast<std::uint64_t>(size),
                                        [&] { return real(file)->pMethods->xTruncate(real(file), size); });
}

int sync(sqlite3_file* file, int flags)
{
    return hooked(file).hooks->sync(*hooked(file).path,
                                    [&] { return real(file)->pMethods->xSync(real(file), flags); });
}

const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = close,
    .xRead = [](sqlite3_file* f, void* p, int n,
                sqlite3_int64 o) { return real(f)->pMethods->xRead(real(f), p, n, o); },
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = sync,
    .xFileSize = [](sqlite3_file* f, sqlite3_int64* n) { return real(f)->pMethods->xFileSize(real(f), n); },
    .xLock = [](sqlite3_file* f, int n) { return real(f)->pMethods->xLock(real(f), n); },
    .xUnlock = [](sqlite3_file* f, int n) { return real(f)->pMethods->xUnlock(real(f), n); },
    .xCheckReservedLock = [](sqlite3_file* f,
                             int* n) { return real(f)->pMethods->xCheckReservedLock(real(f), n); },
    .xFileControl = [](sqlite3_file* f, int n,
                       void* p) { return real(f)->pMethods->xFileControl(real(f), n, p); },
    .xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); },
    .xDeviceCharacteristics =
        [](sqlite3_file* f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); },
    .xShmMap = [](sqlite3_file* f, int a, int b, int c,
                  void volatile** p) { return real(f)->pMethods->xShmMap(real(f), a, b, c, p); },
    .xShmLock = [](sqlite3_file* f, int a, int b,
                   int c) { return real(f)->pMethods->xShmLock(real(f), a, b, c); },
    .xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); },
    .xShmUnmap = [](sqlite3_file* f, int n) { return real(f)->pMethods->xShmUnmap(real(f), n); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open(sqlite3_vfs* vfs, sqlite3_filename name, sqlite3_file* file, int flags, int* given)
{
    HookedFile& made = hooked(file);
    made.base.pMethods = nullptr;
    made.real = reinterpret_cast<sqlite3_file*>(&made + 1);
    made.real->pMethods = nullptr;
    made.hooks = &hooks(vfs);
    made.path = new (std::nothrow) std::string(name ? name : "");
    if (!made.path) return SQLITE_NOMEM;
    const bool makes = name && (flags & SQLITE_OPEN_CREATE) && ::access(name, F_OK) != 0;
    const int code = made.hooks->open(
        *made.path, makes, [&] { return beneath()->xOpen(beneath(), name, made.real, flags, given); });
    if (code == SQLITE_OK)
        made.base.pMethods = &methods;
    else
        delete made.path;
    return code;
}

int remove(sqlite3_vfs* vfs, const char* name, int sync_directory)
{
    return hooks(vfs).remove(name, [&] { return beneath()->xDelete(beneath(), name, sync_directory); });
}

} // namespace

const char* register_layer(const char* name, std::shared_ptr<SqliteHooks> hooks)
{
    static std::mutex mutex;
    static std::map<std::string, Layer> layers;
    const std::lock_guard lock(mutex);
    Layer& layer = layers[name];
    layer.hooks = std::move(hooks);
    if (!layer.vfs.zName) {
        layer.vfs = *beneath();
        layer.vfs.pNext = nullptr;
        layer.vfs.zName = name;
        layer.vfs.pAppData = &layer;
        layer.vfs.szOsFile = static_cast<int>(sizeof(HookedFile)) + beneath()->szOsFile;
        layer.vfs.xOpen = open;
        layer.vfs.xDelete = remove;
        sqlite3_vfs_register(&layer.vfs, 0);
    }
    return name;
}

} // namespace pillarbox::storage
