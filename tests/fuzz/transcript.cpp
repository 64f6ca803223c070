// Whatever lies in a file of transcripts is read, and written again it is the
// same; each can be made a test, unless it is too much for one, and a recipient
// is shown a part of it.

#include "server/transcript/as_test.hpp"
#include "server/transcript/excerpt.hpp"
#include "server/transcript/record.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    namespace transcript = pillarbox::transcript;
    static const pillarbox::Config config;
    transcript::Records records({reinterpret_cast<const char*>(data), size});
    while (const auto record = records.next()) {
        std::string again;
        transcript::append(again, record->about, record->text);
        transcript::Records written(again);
        const auto read = written.next();
        if (!read || read->about.session != record->about.session || read->about.end != record->about.end ||
            read->about.account != record->about.account ||
            read->about.account_id != record->about.account_id || read->about.began != record->about.began)
            std::abort();
        if (record->whole && read->text != record->text) std::abort();
        const auto shown = transcript::excerpt(record->text, "abcdefghjkmn", "alice@example.org");
        if (shown.size() > record->text.size()) std::abort();
        try {
            const auto script =
                transcript::as_test({record->about, std::string(record->text), record->whole}, config);
            if (!script.starts_with("# Session ")) std::abort();
        } catch (const std::runtime_error&) { // says what is too much
        }
    }
    return 0;
}
