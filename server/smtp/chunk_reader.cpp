#include "server/smtp/chunk_reader.hpp"

namespace pillarbox::smtp {

void ChunkReader::feed(std::string_view octets, std::string& out)
{
    while (!octets.empty()) {
        if (cr_) {
            cr_ = false;
            if (octets.front() != '\n') {
                rules_.bare('\r', out);
                continue;
            }
            rules_.line_end(out);
            octets.remove_prefix(1);
            continue;
        }
        const std::size_t plain = TextRules::plain(octets);
        rules_.text(octets.substr(0, plain), out);
        octets.remove_prefix(plain);
        if (octets.empty()) return;
        cr_ = octets.front() == '\r';
        if (!cr_) rules_.bare(octets.front(), out);
        octets.remove_prefix(1);
    }
}

void ChunkReader::finish(std::string& out)
{
    if (cr_) rules_.bare('\r', out);
    if (rules_.inside_line()) rules_.line_end(out);
}

} // namespace pillarbox::smtp
