#pragma once

#include <string_view>

namespace pillarbox::mailflow {

/// What another server's refusal means, and what to do, for people: its words
/// are often for whoever runs a server. `host` is its name, `words` what it
/// said, code first, in one line. Known are the codes of Google, Microsoft and
/// Yahoo, and the usual ones of RFC 3463 from anybody. Empty where nothing is
/// to be added. Pure.
std::string_view meaning_of_refusal(std::string_view host, std::string_view words);

} // namespace pillarbox::mailflow
