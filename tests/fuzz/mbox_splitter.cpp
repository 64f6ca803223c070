// Any file gives the same messages whole as cut into pieces; and what the
// quoter writes of them is read again as it was.

#include "server/transfer/mbox_splitter.hpp"
#include "server/transfer/mbox_quoter.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

using namespace pillarbox::transfer;

namespace {

void check(bool good)
{
    if (!good) std::abort();
}

struct Found
{
    std::vector<std::string> messages;
    std::vector<FromLine> from;
    bool mbox = true;
};

Found split(std::string_view file, std::size_t piece)
{
    Found found;
    MboxSplitter splitter;
    while (true) {
        auto event = splitter.next();
        if (event.kind == MboxSplitter::Kind::done) return found;
        if (event.kind == MboxSplitter::Kind::no_mbox) {
            check(found.messages.empty()); // once it has begun, all of it is told
            found.mbox = false;
            return found;
        }
        if (event.kind == MboxSplitter::Kind::more) {
            if (file.empty()) splitter.finish();
            splitter.feed(file.substr(0, piece));
            file.remove_prefix(std::min(piece, file.size()));
        } else if (event.kind == MboxSplitter::Kind::begin) {
            found.messages.emplace_back();
            found.from.push_back(std::move(event.from));
        } else if (event.kind == MboxSplitter::Kind::text) {
            check(!event.text.empty());
            found.messages.back() += event.text;
        }
    }
}

std::string ended(std::string text)
{
    if (!text.empty() && text.back() != '\n') text += '\n';
    return text;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const std::size_t piece = data[0] + 1u;
    const std::string_view file(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto whole = split(file, file.size() + 1);
    const auto pieces = split(file, piece);
    check(whole.mbox == pieces.mbox && whole.messages == pieces.messages);

    std::string written;
    MboxQuoter quoter;
    for (std::size_t at = 0; at < whole.messages.size(); ++at) {
        written += format_from_line(whole.from[at].sender, {});
        quoter.append(whole.messages[at], written);
        quoter.finish(written);
    }
    const auto again = split(written, piece);
    check(again.mbox && again.messages.size() == whole.messages.size());
    for (std::size_t at = 0; at < whole.messages.size(); ++at) {
        std::string lines;
        ToFile to_file;
        to_file.append(whole.messages[at], lines);
        to_file.finish(lines);
        check(again.messages[at] == ended(lines));
    }
    return 0;
}
