#pragma once

#include "storage/text_extractor.hpp"

#include <cstddef>
#include <cstdint>

namespace pillarbox::mailflow {

/// What is kept of a message for the search. Beyond, text is not found.
inline constexpr std::size_t most_index_text = std::size_t{1} << 20;          // octets of decoded text
inline constexpr std::size_t most_index_fields = std::size_t{32} << 10;       // octets of other header fields
inline constexpr std::uint64_t most_indexed_octets = std::uint64_t{64} << 20; // looked at for parts

/// The text of a message: its header, its text parts, of HTML what is seen, the
/// names of its attachments, and of messages within it the same. Memory does
/// not grow with the message.
class IndexText final : public storage::TextExtractor
{
public:
    storage::MessageText extract(const storage::Octets& message) const override;
    int version() const override { return 1; }
};

} // namespace pillarbox::mailflow
