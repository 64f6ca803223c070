#pragma once

#include "server/mailflow/outbox.hpp"
#include "server/mime/builder.hpp"
#include "storage/drafts.hpp"
#include "web/api/content.hpp"
#include "web/api/draft_message.hpp"
#include "web/http/router.hpp"
#include "web/http/site.hpp"

#include <boost/asio/thread_pool.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::api {

/// What writing and sending share.
struct Composing
{
    const http::Services& services;
    mailflow::Outbox& outbox;
    std::shared_ptr<Structures> structures;
    std::shared_ptr<boost::asio::thread_pool> pool; // for what takes above a millisecond

    /// Octets that the files of one message may have together: in base64, with
    /// its line ends, they make the largest message.
    std::uint64_t most_file_octets() const;
};

/// A draft that was found, and what it is made of.
struct OpenDraft
{
    storage::Draft draft;
    Structures::Shared structure;
};

/// The draft that the path names. Errors: not_found.
awaitable<storage::Result<OpenDraft>> open_draft(Composing composing, const http::Context& context);

/// 404 in words, or what else the store could not do.
http::Response draft_problem(const http::Request& request, boost::system::error_code error);

http::Response draft_changed(const http::Request& request);
http::Response draft_sending(const http::Request& request);

/// 412 when If-Match names another version than this one.
std::optional<http::Response> other_version(const http::Request& request, const storage::Draft& draft);

/// Whether an Idempotency-Key is one: 1 to 64 visible characters.
bool is_key(std::string_view key);

/// The files that a draft has.
std::vector<DraftFile> files_of(const OpenDraft& open);

/// Puts the message and the files in the place of what the draft had, and
/// answers with it. `key`: a new one's; where one has it already, nothing is
/// done, and that one is the answer, with 200.
awaitable<http::Response> save_draft(Composing composing, const http::Context& context, storage::Draft draft,
                                     mime::NewMessage message, std::vector<DraftFile> files, unsigned status,
                                     std::string key = {});

/// A draft as the API shows it.
awaitable<http::Response> answer_draft(Composing composing, const http::Context& context,
                                       storage::Draft draft, unsigned status);

} // namespace pillarbox::api
