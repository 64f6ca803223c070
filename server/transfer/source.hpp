#pragma once

#include "server/transfer/importer.hpp"
#include "server/transfer/pop3_url.hpp"

#include <boost/asio/ip/address.hpp>

#include <filesystem>
#include <functional>
#include <memory>
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

/// Imports what came over the network: an mbox when it begins with
/// "From ", else one message. `name` is what people call it. Throws Failed as
/// import_mbox() does, and returns as it does.
awaitable<void> import_sent(Importer& importer, std::shared_ptr<const storage::Spool> octets,
                            std::string name, storage::MailboxId mailbox);

/// Imports a maildir with its subfolders (".Folder.Sub"), or with `folder` only
/// its own messages. Keeps unique ids that Dovecot or Courier noted. Throws
/// Failed as import_mbox() does.
awaitable<void> import_maildir(Importer& importer, Source source);

/// A maildrop on another server.
struct Pop3Source
{
    Pop3Url url;
    std::string password;
    std::string folder;            // where to; empty: the inbox
    std::filesystem::path trusted; // certificates, in PEM; empty: those of the system
    int interrupt = -1;            // a descriptor that can be read once the person wants it to end
    std::function<bool(const boost::asio::ip::address&)> may_send_password; // to there, without TLS
};

/// Imports a maildrop over POP3 and changes nothing in it. Keeps its unique ids
/// and its order; what was brought before is not fetched again. Throws Failed
/// with the server's own words, or with the message at which the connection was
/// lost; what was imported by then stays. Returns as well when the person wants
/// it to end.
awaitable<void> import_pop3(Importer& importer, Pop3Source source);

} // namespace pillarbox::transfer
