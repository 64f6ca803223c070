#include "server/admin/tool.hpp"

#include <fmt/format.h>

#include <array>

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace pillarbox::admin {

namespace {

/// Of root's rights, only the one to read any file: an import takes mail that
/// belongs to its readers. Without it, it says which file it may not read.
void keep_reading()
{
    __user_cap_header_struct header{};
    header.version = _LINUX_CAPABILITY_VERSION_3;
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> rights{};
    rights[0].effective = rights[0].permitted = 1u << CAP_DAC_READ_SEARCH;
    ::syscall(SYS_capset, &header, rights.data());
}

} // namespace

void become_owner_of(const std::filesystem::path& directory, bool reads_all)
{
    struct stat status{};
    if (::geteuid() != 0 || ::stat(directory.c_str(), &status) != 0 || status.st_uid == 0) return;
    if (reads_all) ::prctl(PR_SET_KEEPCAPS, 1);
    const bool changed =
        ::setgroups(0, nullptr) == 0 && ::setgid(status.st_gid) == 0 && ::setuid(status.st_uid) == 0;
    if (!changed)
        throw Failed(fmt::format("{}: cannot act as its owner, user {}; run this as that user",
                                 directory.string(), status.st_uid));
    if (reads_all) keep_reading();
}

Tool::Tool(const Config& config, storage::Options::Access access)
{
    become_owner_of(config.data_dir, access == storage::Options::Access::importer);
    storage::Options options;
    options.directory = config.data_dir;
    options.url = config.storage.url;
    options.access = access;
    options.readers = 1;
    options.default_quota = config.storage.quota;
    options.disk_reserve = config.storage.reserve;
    options.vault = config.storage.vault;
    store_ = storage::open(options);
}

void Tool::wait(boost::asio::awaitable<void> work)
{
    std::exception_ptr escaped;
    boost::asio::co_spawn(context_, std::move(work), [&](std::exception_ptr error) { escaped = error; });
    context_.restart();
    context_.run();
    if (escaped) std::rethrow_exception(escaped);
}

storage::AccountId account_of(Tool& tool, const std::string& address)
{
    const auto account = tool.wait(tool.accounts().find(address));
    if (account.has_error() && account.error() == storage::Errc::not_found)
        throw Failed(fmt::format("there is no account {}; see: pillarbox account list", address));
    if (!account) throw Failed(account.error().message());
    return account->id;
}

} // namespace pillarbox::admin
