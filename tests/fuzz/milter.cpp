// Whatever a milter says, and however it is cut: the same, within bounds, and no
// field that is none.

#include "server/junk/milter.hpp"
#include "server/mime/header.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace pillarbox;

namespace {

std::string heard(std::string_view input, std::size_t piece)
{
    const junk::HookQuestion question{"192.0.2.7",       "mx.example",          "mail.example.org",
                                      "bob@example.net", {"alice@example.org"}, "Subject: x\r\n\r\ntext\r\n"};
    junk::MilterDialogue dialogue(question);
    (void)dialogue.next();
    for (std::size_t at = 0; at < input.size(); at += piece) {
        dialogue.feed(input.substr(at, piece));
        (void)dialogue.next();
    }
    const auto answer = dialogue.answer();
    if (!answer.fields.empty()) {
        const std::string text = answer.fields + "\r\n";
        if (mime::Header(text).size() != text.size()) std::abort();
    }
    if (answer.refusal)
        for (const char c : answer.refusal->text)
            if (c < ' ' || c > '~') std::abort();
    return dialogue.fault() + answer.fields;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    (void)heard(input, input.size() + 1);
    (void)heard(input, std::size_t{data[0]} + 1);
    return 0;
}
