#include "server/mailflow/line_form.hpp"

#include "server/base/ascii.hpp"
#include "server/mime/characters.hpp"
#include "server/mime/content_type.hpp"
#include "server/mime/header.hpp"
#include "server/mime/scanner.hpp"
#include "server/mime/transfer.hpp"

#include <algorithm>
#include <utility>

namespace pillarbox::mailflow {

namespace {

constexpr std::string_view crlf = "\r\n";
// As Scanner has it, so that both find the same parts.
constexpr std::size_t most_boundary_octets = 512;
constexpr std::size_t most_boundary_line = 2 * most_boundary_octets;

/// A comment or a parameter may follow it.
std::string_view first_word(std::string_view body)
{
    body = mime::trim(body);
    return body.substr(0, body.find_first_of(" \t\r\n;("));
}

} // namespace

void LineForm::feed(std::string_view octets, std::string& out)
{
    while (!octets.empty())
        octets.remove_prefix(state_ == State::header ? take_header(octets, out) : take_body(octets, out));
}

void LineForm::finish(std::string& out)
{
    if (state_ == State::header) {
        out += std::exchange(header_, {});
        return;
    }
    const bool boundary = line_start_ && take_boundary(held_line());
    if (!boundary) content(std::exchange(held_, {}), out);
    writer_.finish(out);
    out += std::exchange(held_, {});
}

/// Takes one line of a header section, or what there is of it.
std::size_t LineForm::take_header(std::string_view octets, std::string& out)
{
    const std::string_view taken = octets.substr(0, std::min(octets.find('\n'), octets.size() - 1) + 1);
    header_ += taken;
    if (header_.ends_with(crlf)) {
        const std::string_view line =
            std::string_view(header_).substr(line_begin_, header_.size() - crlf.size() - line_begin_);
        line_begin_ = header_.size();
        if (line.empty()) {
            state_ = describe();
        } else if (!take_boundary(line)) {
            return taken.size();
        }
    } else if (header_.size() > mime::most_header_octets) {
        state_ = State::text; // more than is looked at
    } else {
        return taken.size();
    }
    out += std::exchange(header_, {});
    line_begin_ = 0;
    line_start_ = taken.ends_with('\n');
    return taken.size();
}

/// Reads the header section, changes its label where that has to be, and says
/// what follows.
LineForm::State LineForm::describe()
{
    const mime::Header header{header_};
    const mime::Field* const type_field = header.find("Content-Type");
    mime::ContentType type = mime::parse_content_type(type_field ? type_field->body : std::string_view());
    if (!type_field && !open_.empty() && open_.back().digest) {
        type.type = "message";
        type.subtype = "rfc822";
    }
    const bool multipart = type.type == "multipart";
    const bool message = type.type == "message";
    const mime::Field* const encoding = header.find("Content-Transfer-Encoding");
    const bool enclosed = message && (type.subtype == "rfc822" || type.subtype == "global") &&
                          (!encoding || mime::parse_encoding(encoding->body) == mime::Encoding::identity);
    const std::string_view label = encoding ? first_word(encoding->body) : std::string_view();
    const bool binary = ascii::equal(label, "binary");
    if (binary) {
        const auto begin = static_cast<std::size_t>(label.data() - header_.data());
        header_.replace(begin, label.size(), multipart || message ? "8bit" : "base64");
    }
    if (multipart || enclosed) return open(type, enclosed);
    return binary && !message ? State::binary : State::text;
}

LineForm::State LineForm::open(const mime::ContentType& type, bool enclosed)
{
    std::string boundary(enclosed ? std::string_view() : mime::trim(type.parameters.find("boundary")));
    const bool usable = enclosed || (!boundary.empty() && boundary.size() <= most_boundary_octets);
    if (!usable || open_.size() >= mime::most_depth || parts_ >= mime::most_parts) return State::text;
    open_.push_back({std::move(boundary), !enclosed && type.subtype == "digest"});
    if (!enclosed) return State::text; // what stands before the first boundary
    ++parts_;
    return State::header;
}

/// Takes what it can of a body; nothing where it only found that the line so
/// far is no boundary.
std::size_t LineForm::take_body(std::string_view octets, std::string& out)
{
    const char next = octets.front();
    if (line_start_ && may_be_boundary(next)) {
        held_ += next;
        std::string_view line = held_line();
        if (!line.ends_with(crlf)) return 1;
        line.remove_suffix(crlf.size());
        if (take_boundary(line)) {
            std::exchange(writer_, {}).finish(out);
            out += std::exchange(held_, {});
        } else {
            held_.erase(held_.size() - crlf.size());
            content(std::exchange(held_, std::string(crlf)), out);
        }
        return 1;
    }
    if (!line_start_ && held_ == "\r" && next == '\n') {
        held_ += next;
        line_start_ = true;
        return 1;
    }
    content(std::exchange(held_, {}), out);
    line_start_ = false;
    const std::size_t text = std::min(octets.find('\r'), octets.size());
    content(octets.substr(0, text), out);
    if (text == octets.size()) return text;
    held_ = "\r";
    return text + 1;
}

/// What is held of the line that may be a boundary.
std::string_view LineForm::held_line() const
{
    std::string_view line = held_;
    if (line.starts_with(crlf)) line.remove_prefix(crlf.size());
    return line;
}

bool LineForm::may_be_boundary(char next) const
{
    if (open_.empty()) return false;
    const std::size_t octets = held_line().size();
    return octets < 2 ? next == '-' : octets < most_boundary_line;
}

/// Whether the line is a boundary of what is open; then what it begins or ends
/// is begun or ended.
bool LineForm::take_boundary(std::string_view line)
{
    if (!line.starts_with("--") || line.size() > most_boundary_line) return false;
    // White space may follow (RFC 2046 §5.1.1, transport-padding).
    const std::string_view text = mime::trim(line).substr(2);
    bool closes = false;
    const auto found = std::find_if(open_.rbegin(), open_.rend(), [&](const Container& container) {
        if (container.boundary.empty() || !text.starts_with(container.boundary)) return false;
        const std::string_view rest = text.substr(container.boundary.size());
        closes = rest == "--";
        return closes || rest.empty();
    });
    if (found == open_.rend()) return false;
    open_.erase(found.base(), open_.end());
    state_ = State::header;
    if (closes) {
        // What follows is epilogue, until a boundary of an outer multipart.
        open_.back().boundary.clear();
        state_ = State::text;
    } else if (++parts_ > mime::most_parts) {
        open_.clear();
        state_ = State::text;
    }
    return true;
}

void LineForm::content(std::string_view octets, std::string& out)
{
    if (state_ == State::binary)
        writer_.feed(octets, out);
    else
        out += octets;
}

} // namespace pillarbox::mailflow
