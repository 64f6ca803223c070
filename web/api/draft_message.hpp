#pragma once

#include "server/mime/builder.hpp"
#include "server/mime/scanner.hpp"
#include "server/mime/view.hpp"
#include "storage/drafts.hpp"
#include "storage/mail.hpp"
#include "web/api/content.hpp"

#include <boost/asio/thread_pool.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::api {

/// A file on its way into a draft, which is where its octets come from: a part
/// of a message, or an upload.
struct DraftFile
{
    mime::NewAttachment about;
    std::optional<storage::MessageId> message{};
    mime::Part part{};
    std::shared_ptr<const storage::Spool> upload{};
};

/// The file as it goes into a draft; its header, too, if it was written here.
DraftFile file_of(storage::MessageId message, const mime::Structure& structure,
                  const mime::Attachment& attachment);

/// The text of a message that a person reads, with LF; of one in HTML only, its
/// words. At most `most_draft_text` octets.
inline constexpr std::size_t most_draft_text = std::size_t{256} * 1024;
awaitable<storage::Result<std::string>> read_text(storage::Mail& mail, storage::MessageId message,
                                                  const mime::Structure& structure);

/// A draft as plain data, read back from its message, whoever wrote it.
awaitable<storage::Result<mime::NewMessage>> read_draft(storage::Mail& mail, storage::MessageId message,
                                                        const mime::Structure& structure);

/// Octets in all that the files of a draft have, decoded.
std::uint64_t octets_of(const std::vector<DraftFile>& files);

/// Writes a draft's message: files are copied piece by piece. `pool` encodes
/// uploads. Errors: out_of_space, and those of Mail::open.
awaitable<storage::Result<storage::NewDraft>> write_draft(storage::Mail& mail, boost::asio::thread_pool& pool,
                                                          mime::NewMessage message,
                                                          std::vector<DraftFile> files);

} // namespace pillarbox::api
