#include "server/mime/scanner.hpp"

#include "server/base/ascii.hpp"
#include "server/mime/characters.hpp"
#include "server/mime/content_type.hpp"
#include "server/mime/header.hpp"

#include <algorithm>
#include <utility>

namespace pillarbox::mime {

namespace {

// RFC 2046 §5.1.1 allows 70; what is longer and still sane is taken.
constexpr std::size_t most_boundary_octets = 512;
// Enough of a line to know a boundary by, with white space after it.
constexpr std::size_t most_kept_of_body_line = 2 * most_boundary_octets;
// What a part below the message says of itself, and how long a value may be.
constexpr std::size_t most_part_header_octets = std::size_t{64} * 1024;
constexpr std::size_t most_value_octets = 998;

std::string_view clip(std::string_view value)
{
    return value.substr(0, most_value_octets);
}

std::string strip_angles(std::string_view id)
{
    id = trim(id);
    if (id.starts_with('<')) id.remove_prefix(1);
    if (id.ends_with('>')) id.remove_suffix(1);
    return scrub_utf8(clip(trim(id)));
}

} // namespace

Scanner::Scanner()
{
    found_.parts.emplace_back();
}

void Scanner::feed(std::string_view piece)
{
    while (!piece.empty() && !stopped_) {
        const std::size_t lf = piece.find('\n');
        const bool ends = lf != std::string_view::npos;
        const std::string_view taken = piece.substr(0, ends ? lf + 1 : lf);
        piece.remove_prefix(taken.size());
        at_ += taken.size();
        if (ends && line_.empty() && line_size_ == 0) {
            end_line(taken, taken.size()); // the whole line is here: nothing is copied
            continue;
        }
        const std::size_t most = state_ == State::header ? most_field_octets : most_kept_of_body_line;
        line_ += taken.substr(0, most - std::min(most, line_.size()));
        line_size_ += taken.size();
        if (!ends) {
            last_octet_ = taken.back();
            continue;
        }
        if (taken.size() > 1) last_octet_ = taken[taken.size() - 2];
        const std::string line = std::exchange(line_, {});
        end_line(line, std::exchange(line_size_, 0));
    }
    at_ += piece.size();
}

Structure Scanner::finish()
{
    if (!stopped_) {
        if (line_size_ > 0) take_line(line_, at_ - line_size_, 0, line_.size() == line_size_);
        if (state_ == State::header) end_header(at_);
    }
    close_down_to(0, at_);
    found_.parts[0].body_end = at_;
    found_.size = at_;
    number_parts();
    return std::move(found_);
}

// `kept` is the beginning of a line of `size` octets, line end included, that
// ends at at_.
void Scanner::end_line(std::string_view kept, std::uint64_t size)
{
    const bool whole = kept.size() == size;
    const char before = whole ? (size > 1 ? kept[size - 2] : '\n') : last_octet_;
    const unsigned line_end = before == '\r' ? 2 : 1;
    take_line(kept.substr(0, std::min<std::uint64_t>(kept.size(), size - line_end)), at_ - size, line_end,
              whole);
}

void Scanner::take_line(std::string_view line, std::uint64_t begin, unsigned line_end, bool whole)
{
    const bool may_be_boundary = whole && !open_.empty() && line.starts_with("--");
    if (!may_be_boundary || !take_boundary(line, begin)) {
        if (state_ == State::header && line.empty() && line_end > 0) {
            end_header(begin + line_end);
        } else if (state_ == State::header) {
            const std::size_t most = current_ == 0 ? most_header_octets : most_part_header_octets;
            line = line.substr(0, most_field_octets);
            if (header_.size() + line.size() + 2 <= most) header_.append(line).append("\r\n");
        }
    }
    last_line_end_ = line_end;
}

bool Scanner::take_boundary(std::string_view line, std::uint64_t begin)
{
    if (line.size() > most_kept_of_body_line) return false;
    // White space may follow (RFC 2046 §5.1.1, transport-padding). The rest must
    // be the boundary, all of it: one may be the beginning of another.
    const std::string_view text = trim(line).substr(2);
    bool closes = false;
    const auto found = std::find_if(open_.rbegin(), open_.rend(), [&](const Container& container) {
        if (container.boundary.empty() || !text.starts_with(container.boundary)) return false;
        const std::string_view rest = text.substr(container.boundary.size());
        closes = rest == "--";
        return closes || rest.empty();
    });
    if (found == open_.rend()) return false;
    const auto level = static_cast<std::size_t>(open_.rend() - found) - 1;

    // The line end before belongs to the boundary (RFC 2046 §5.1.1), and whatever
    // was open inside ends here, closed or not (§5.1.2).
    std::uint64_t end = begin - last_line_end_;
    if (state_ == State::header) end_header(std::max(end, found_.parts[current_].header_begin));
    // ... unless it ended another boundary, or the header.
    end = std::max(end, found_.parts[current_].body_begin);
    close_down_to(open_[level].part, end);
    open_.resize(level + 1);
    state_ = State::outside;
    if (closes) {
        // What follows is epilogue, until a boundary of an outer multipart.
        open_.back().boundary.clear();
    } else if (found_.parts.size() >= most_parts) {
        found_.too_many = true;
        stopped_ = true;
    } else {
        begin_part(at_);
    }
    return true;
}

void Scanner::begin_part(std::uint64_t at)
{
    Part part;
    part.header_begin = at;
    part.body_begin = at;
    part.parent = static_cast<int>(current_);
    const auto index = static_cast<std::uint32_t>(found_.parts.size());
    found_.parts[current_].children.push_back(index);
    found_.parts.push_back(std::move(part));
    current_ = index;
    header_.clear();
    state_ = State::header;
}

void Scanner::end_header(std::uint64_t at)
{
    Part& part = found_.parts[current_];
    part.body_begin = at;
    state_ = State::body;
    std::string boundary;
    describe(part, boundary);
    if (current_ == 0) found_.header = header_;
    header_.clear();

    // RFC 2046 §5.2.1: an enclosed message is not encoded; one that is stays shut.
    const bool message = part.type == "message" && (part.subtype == "rfc822" || part.subtype == "global") &&
                         part.encoding == Encoding::identity;
    const bool multipart = part.type == "multipart" && !boundary.empty();
    if (!message && !multipart) return;
    if (open_.size() >= most_depth) {
        found_.too_deep = true;
        return;
    }
    if (message && found_.parts.size() >= most_parts) {
        found_.too_many = true;
        return;
    }
    open_.push_back({current_, std::move(boundary), multipart && part.subtype == "digest"});
    state_ = State::outside;
    if (message) begin_part(at);
}

void Scanner::describe(Part& part, std::string& boundary)
{
    const Header header{header_};
    const Field* type_field = header.find("Content-Type");
    ContentType type = parse_content_type(type_field == nullptr ? std::string_view{} : type_field->body);
    // RFC 2046 §5.1.5: in a digest, what says nothing is a message.
    if (type_field == nullptr && !open_.empty() && open_.back().digest) {
        type.type = "message";
        type.subtype = "rfc822";
    }
    const Field* disposition_field = header.find("Content-Disposition");
    const Parameters disposition =
        parse_parameters(disposition_field == nullptr ? std::string_view{} : disposition_field->body);

    part.type = clip(type.type);
    part.subtype = clip(type.subtype);
    part.charset = clip(type.parameters.find("charset"));
    part.name = file_name(type.parameters, disposition);
    part.disposition = clip(disposition.word);
    part.content_id = strip_angles(header.value("Content-ID"));
    part.start = strip_angles(type.parameters.find("start"));
    part.encoding = parse_encoding(header.value("Content-Transfer-Encoding"));
    part.flowed = ascii::equal(type.parameters.find("format"), "flowed");
    part.delete_space = ascii::equal(type.parameters.find("delsp"), "yes");
    if (part.type == "multipart") {
        boundary = trim(type.parameters.find("boundary"));
        if (boundary.size() > most_boundary_octets) boundary.clear();
    }
}

void Scanner::close_down_to(std::uint32_t part, std::uint64_t at)
{
    while (current_ != part) {
        Part& inner = found_.parts[current_];
        inner.body_end = at;
        current_ = static_cast<std::uint32_t>(inner.parent);
    }
}

void Scanner::number_parts()
{
    for (std::size_t i = 0; i < found_.parts.size(); ++i) {
        Part& part = found_.parts[i];
        const bool multipart = part.type == "multipart" && !part.children.empty();
        if (part.parent < 0) {
            part.path = multipart ? "" : "1";
        } else {
            const Part& parent = found_.parts[static_cast<std::size_t>(part.parent)];
            const std::string prefix = parent.path.empty() ? std::string{} : parent.path + ".";
            if (parent.type == "message") {
                // RFC 9051 §6.4.5: a multipart that is a whole message has no
                // number, its parts are numbered below the message.
                part.path = multipart ? std::string{} : prefix + "1";
            }
        }
        if (!multipart) continue;
        std::string below = part.path;
        if (below.empty() && part.parent >= 0)
            below = found_.parts[static_cast<std::size_t>(part.parent)].path;
        if (!below.empty()) below += '.';
        std::uint32_t number = 0;
        for (const std::uint32_t child : part.children) {
            found_.parts[child].path = below;
            found_.parts[child].path += std::to_string(++number);
        }
    }
}

const Part* Structure::find(std::string_view path) const
{
    if (path.empty()) return nullptr;
    const auto found =
        std::find_if(parts.begin(), parts.end(), [path](const Part& p) { return p.path == path; });
    return found == parts.end() ? nullptr : &*found;
}

Structure scan(std::string_view message)
{
    Scanner scanner;
    scanner.feed(message);
    return scanner.finish();
}

} // namespace pillarbox::mime
