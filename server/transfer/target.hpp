#pragma once

#include "server/transfer/exporter.hpp"

#include <filesystem>
#include <string>

namespace pillarbox::transfer {

/// Where to export to, and what.
struct Target
{
    std::filesystem::path path;
    std::string folder; // empty: all of them
};

/// Exports one folder into a file that is not there yet, or with "-" to standard
/// output; or all, each into a file "Folder.Sub.mbox" of a directory. The file
/// gets its name once it is complete; one that was interrupted goes on where it
/// was. Throws Failed. Returns as well when the person wants it to end.
awaitable<void> export_mbox(Exporter& exporter, Target target);

/// Exports one folder into a maildir, or all into one with subfolders. Messages
/// that are there from an earlier run are left as they are. Throws Failed.
/// Returns as well when the person wants it to end.
awaitable<void> export_maildir(Exporter& exporter, Target target);

} // namespace pillarbox::transfer
