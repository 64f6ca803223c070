// Whatever a message is, its text is UTF-8 and has its limits, however the
// message is read.

#include "server/mailflow/index_text.hpp"
#include "server/mime/characters.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace pillarbox;

namespace {

class Message final : public storage::Octets
{
public:
    Message(std::string_view octets, std::size_t piece) : octets_(octets), piece_(piece) {}

    std::uint64_t size() const override { return octets_.size(); }
    std::string_view read(std::uint64_t offset, std::size_t length) const override
    {
        return octets_.substr(std::min<std::size_t>(offset, octets_.size()), std::min(length, piece_));
    }

private:
    std::string_view octets_;
    std::size_t piece_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view octets(reinterpret_cast<const char*>(data), size);
    const mailflow::IndexText extractor;
    const auto text = extractor.extract(Message(octets, octets.size()));
    for (const auto* one : {&text.subject, &text.from, &text.to, &text.cc, &text.list, &text.filenames})
        if (!mime::is_utf8(*one)) std::abort();
    if (text.body.size() > mailflow::most_index_text) std::abort();
    std::size_t fields = 0;
    for (const auto& [name, value] : text.fields)
        fields += name.size() + value.size();
    if (fields > mailflow::most_index_fields) std::abort();

    const auto in_pieces = extractor.extract(Message(octets, 7));
    if (in_pieces.body != text.body || in_pieces.filenames != text.filenames ||
        in_pieces.fields != text.fields || in_pieces.attachments != text.attachments)
        std::abort();
    return 0;
}
