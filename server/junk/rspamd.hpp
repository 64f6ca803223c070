#pragma once

#include "server/junk/hook.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What is asked of rspamd over HTTP, and what it answers: /checkv2. Pure.
namespace pillarbox::junk::rspamd {

/// The fields of the request that tell it who sends what to whom.
std::vector<std::pair<std::string, std::string>> fields_of(const HookQuestion& question);

/// Reads the answer. Its action decides: "reject" and "soft reject" refuse,
/// "add header" and "rewrite subject" are junk (a weight of `limit`), and with
/// "no action" and "greylist" its score counts by how near it is to a refusal.
/// Empty for what is no answer.
std::optional<HookAnswer> parse_answer(std::string_view body, double limit);

} // namespace pillarbox::junk::rspamd
