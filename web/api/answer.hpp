#pragma once

#include "server/mime/builder.hpp"
#include "server/mime/view.hpp"
#include "storage/drafts.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::api {

inline constexpr std::size_t most_quoted = std::size_t{64} * 1024; // octets of the original's text

/// Every address that a message names, once, in lower case.
std::vector<std::string> addresses_in(const mime::View& original);

/// What a message that answers another one, or sends it on, begins with: to
/// whom, the subject, the text quoted, and what threads it (RFC 5322 §3.6.4).
/// `own` says of an address in lower case whether it is the author's: nobody
/// answers himself. Its From is the author's address that the original was sent
/// to; empty when that was none. `text` is the original's, with LF.
mime::NewMessage begin_answer(const mime::View& original, std::string_view text, storage::DraftKind kind,
                              const std::function<bool(const std::string&)>& own);

} // namespace pillarbox::api
