#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace pillarbox::storage {

/// What a test puts between SQLite and the disk. Each function is given the
/// call, passes it on or not, and returns one of SQLite's codes. Any thread.
class SqliteHooks
{
public:
    using Call = std::function<int()>;

    virtual ~SqliteHooks() = default;

    /// `makes`: a file that is not there yet would be made.
    virtual int open(const std::string& path, bool makes, const Call& call);
    virtual int write(const std::string& path, std::string_view octets, std::uint64_t offset,
                      const Call& call);
    virtual int truncate(const std::string& path, std::uint64_t octets, const Call& call);
    virtual int sync(const std::string& path, const Call& call);
    virtual int remove(const std::string& path, const Call& call);
};

/// Puts `hooks` between SQLite and its usual file layer, for databases opened
/// with the name it returns, which is `name`. A name that is taken gets new
/// hooks: no database may be open with it then. `name` must be a literal.
const char* register_layer(const char* name, std::shared_ptr<SqliteHooks> hooks);

} // namespace pillarbox::storage
