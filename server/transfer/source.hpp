#pragma once

#include "server/transfer/importer.hpp"

#include <filesystem>
#include <string>

namespace pillarbox::transfer {

/// What to import.
struct Source
{
    std::filesystem::path path;
    std::string folder; // where to; empty: as the source is made up
};

/// Imports an mbox: one file, or with "-" standard input, into `folder` or the
/// inbox; or every file of a directory whose name ends in ".mbox", each into the
/// folder that it is named after (encode_folder()). Reads each file once from
/// front to back. Throws Failed with file and offset; what was imported by then
/// stays. Returns as well when the person wants it to end.
awaitable<void> import_mbox(Importer& importer, Source source);

/// Imports a maildir with its subfolders (".Folder.Sub"), or with `folder` only
/// its own messages. Keeps unique ids that Dovecot or Courier noted. Throws
/// Failed as import_mbox() does.
awaitable<void> import_maildir(Importer& importer, Source source);

} // namespace pillarbox::transfer
