// Two properties: what is stuffed and read is the message again, wherever it
// is cut; and any octets give the same result whole as octet by octet. The same
// for what comes in chunks, where nothing is stuffed.

#include "server/smtp/data_reader.hpp"
#include "server/smtp/chunk_reader.hpp"

#include <algorithm>

#include <cstdint>
#include <cstdlib>

using pillarbox::smtp::ChunkReader;
using pillarbox::smtp::DataReader;
using pillarbox::smtp::TextRules;

namespace {

void check(bool good)
{
    if (!good) std::abort();
}

struct Outcome
{
    std::string message;
    std::size_t used = 0;
    bool done = false;
    DataReader::Fault fault{};

    bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view octets, std::size_t piece)
{
    DataReader reader;
    Outcome outcome;
    while (outcome.used < octets.size() && !reader.done()) {
        outcome.used += reader.feed(octets.substr(outcome.used, piece), outcome.message);
    }
    outcome.done = reader.done();
    outcome.fault = reader.fault();
    return outcome;
}

Outcome read_chunks(std::string_view octets, std::size_t piece, bool binary)
{
    ChunkReader reader(TextRules::BareLineFeed::refused, binary);
    Outcome outcome;
    for (; !octets.empty(); octets.remove_prefix(std::min(piece, octets.size())))
        reader.feed(octets.substr(0, piece), outcome.message);
    reader.finish(outcome.message);
    outcome.fault = reader.fault();
    return outcome;
}

/// Lines of the input, each ended by CRLF, without what may not be sent.
std::string as_message(std::string_view input)
{
    std::string message;
    for (const char c : input) {
        if (c == '\n') {
            message += "\r\n";
        } else if (c != '\r' && c != '\0') {
            message += c;
        }
    }
    return message + "\r\n";
}

std::string stuff(std::string_view message)
{
    std::string stuffed;
    bool line_start = true;
    for (const char c : message) {
        if (line_start && c == '.') stuffed += '.';
        stuffed += c;
        line_start = c == '\n';
    }
    return stuffed + ".\r\n";
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const std::size_t piece = data[0] + 1u;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);

    const std::string message = as_message(input);
    const std::string sent = stuff(message);
    const Outcome good = read(sent + "QUIT\r\n", piece);
    check(good.done && good.fault == DataReader::Fault::none);
    check(good.message == message && good.used == sent.size());

    const Outcome raw = read(input, input.size() + 1);
    check(raw == read(input, 1));
    check(raw == read(input, piece));
    // A message that is accepted has clean line ends and nothing else.
    if (raw.done && raw.fault == DataReader::Fault::none) {
        check(as_message(raw.message) == raw.message + "\r\n");
    }

    check(read_chunks(message, piece, false).message == message);
    for (const bool binary : {false, true}) {
        const Outcome chunks = read_chunks(input, input.size() + 1, binary);
        check(chunks == read_chunks(input, 1, binary));
        check(chunks == read_chunks(input, piece, binary));
        if (chunks.fault == TextRules::Fault::none)
            check(as_message(chunks.message) == chunks.message + "\r\n");
    }
    return 0;
}
