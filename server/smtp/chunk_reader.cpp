#include "server/smtp/chunk_reader.hpp"

namespace pillarbox::smtp {

ChunkReader::ChunkReader(TextRules::BareLineFeed bare_line_feed, bool binary) : rules_(bare_line_feed)
{
    if (binary) lines_.emplace();
}

void ChunkReader::feed(std::string_view octets, std::string& out)
{
    if (!lines_) return read(octets, out);
    in_lines_.clear();
    lines_->feed(octets, in_lines_);
    read(in_lines_, out);
}

void ChunkReader::finish(std::string& out)
{
    if (lines_) {
        in_lines_.clear();
        lines_->finish(in_lines_);
        read(in_lines_, out);
    }
    if (cr_) rules_.bare('\r', out);
    if (rules_.inside_line()) rules_.line_end(out);
}

void ChunkReader::read(std::string_view octets, std::string& out)
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

} // namespace pillarbox::smtp
