#include "server/admin/tool.hpp"

#include <fmt/format.h>

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pillarbox::admin {

namespace {

/// Files made by root in a directory that a service user owns would stop the
/// server at its next start.
void become_owner_of(const std::filesystem::path& directory)
{
    struct stat status{};
    if (::geteuid() != 0 || ::stat(directory.c_str(), &status) != 0 || status.st_uid == 0) return;
    const bool changed =
        ::setgroups(0, nullptr) == 0 && ::setgid(status.st_gid) == 0 && ::setuid(status.st_uid) == 0;
    if (!changed)
        throw Failed(fmt::format("{}: cannot act as its owner, user {}; run this as that user",
                                 directory.string(), status.st_uid));
}

} // namespace

Tool::Tool(const Config& config)
{
    become_owner_of(config.data_dir);
    storage::Options options;
    options.directory = config.data_dir;
    options.url = config.storage.url;
    options.access = storage::Options::Access::tool;
    options.readers = 1;
    options.default_quota = config.storage.quota;
    options.disk_reserve = config.storage.reserve;
    store_ = storage::open(options);
}

} // namespace pillarbox::admin
