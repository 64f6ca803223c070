// A message that says of itself who passed it on. In pieces it must come to the same as
// whole; nothing that the fuzzer can think of passes, for of its keys it knows no private
// half; it never asks for more keys than a chain has signatures; and what sealers recorded
// is read to its end, whoever wrote it.

#include "server/mailauth/arc.hpp"
#include "server/dkim/verifier.hpp"
#include "server/mailauth/results.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

namespace dkim = pillarbox::dkim;

const std::string_view record = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

/// What comes of it, when it comes in pieces of so many octets.
std::string outcome_of(std::string_view message, std::size_t piece)
{
    dkim::Verifier verifier(std::chrono::sys_seconds{});
    for (; !message.empty(); message.remove_prefix(std::min(piece, message.size())))
        verifier.add(message.substr(0, piece));
    verifier.finish();
    const dkim::ArcChain& chain = verifier.chain();
    dkim::ArcCheck check(chain);
    std::size_t asked = 0;
    while (check.needs()) {
        if (++asked > chain.sets().size() + 1) std::abort();
        check.take({dkim::KeyAnswer::Kind::found, {std::string(record)}});
    }
    if (chain.sets().size() > dkim::ArcChain::most_sets) std::abort();
    for (const auto& set : chain.sets())
        (void)pillarbox::mailauth::vouches_for(set.results, "example.org");
    const auto result = check.result();
    if (result == dkim::ArcResult::pass || (result == dkim::ArcResult::fail) == check.why().empty())
        std::abort();
    return std::string(name_of(result)) + check.why();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (outcome_of(text, text.size() + 1) != outcome_of(text, 3)) std::abort();
    (void)pillarbox::mailauth::vouches_for(text, "example.org");
    if (pillarbox::mailauth::without_comments(text).size() > text.size()) std::abort();
    return 0;
}
