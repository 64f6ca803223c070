#include "server/mime/address_list.hpp"

#include "server/base/ascii.hpp"
#include "server/mime/characters.hpp"
#include "server/mime/encoded_word.hpp"

#include <algorithm>

namespace pillarbox::mime {

namespace {

constexpr std::size_t most_name_characters = 300;
constexpr std::size_t most_message_id_octets = 998; // a line, RFC 5322 §2.1.1

struct Token
{
    enum class Kind
    {
        end,
        atom,    // a run of ordinary characters, "." included
        quoted,  // text without quotes and backslashes
        literal, // [192.0.2.1], brackets included
        special  // one of < > @ , ; :
    };

    Kind kind = Kind::end;
    std::string text;
    bool spaced = false; // white space or a comment stands before it
};

// RFC 5322 §3.2.3: what needs no quotes in a local part.
bool is_dot_atom(std::string_view text)
{
    static constexpr std::string_view others = "!#$%&'*+-/=?^_`{|}~.";
    if (text.empty() || text.front() == '.' || text.back() == '.') return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return is_alpha(c) || ascii::is_digit(c) || static_cast<unsigned char>(c) >= 0x80 ||
               others.find(c) != std::string_view::npos;
    });
}

std::string quote(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

class Tokens
{
public:
    explicit Tokens(std::string_view text) : rest_(text) {}

    Token next()
    {
        Token token;
        token.spaced = skip_white_space();
        if (rest_.empty()) return token;
        const char c = rest_.front();
        if (is_special(c)) {
            token.kind = Token::Kind::special;
            token.text = c;
            rest_.remove_prefix(1);
        } else if (c == '"' && take_quoted(token.text)) {
            token.kind = Token::Kind::quoted;
        } else if (c == '[') {
            token.kind = Token::Kind::literal;
            const std::size_t end = rest_.find_first_of("],>");
            const bool closed = end != std::string_view::npos && rest_[end] == ']';
            token.text = rest_.substr(0, closed ? end + 1 : end);
            std::erase_if(token.text, is_space);
            rest_.remove_prefix(closed ? end + 1 : std::min(end, rest_.size()));
        } else {
            token.kind = Token::Kind::atom;
            do {
                token.text += rest_.front();
                rest_.remove_prefix(1);
            } while (!rest_.empty() && !ends_atom(rest_.front()));
        }
        return token;
    }

    // The last comment that was skipped: in "a@b (Name)" it is the name.
    std::string take_comment() { return std::move(comment_); }
    void forget_comment() { comment_.clear(); }

private:
    static bool is_special(char c)
    {
        return c == '<' || c == '>' || c == '@' || c == ',' || c == ';' || c == ':';
    }
    static bool ends_atom(char c) { return is_space(c) || is_special(c) || c == '"' || c == '(' || c == '['; }

    bool skip_white_space()
    {
        bool skipped = false;
        while (!rest_.empty()) {
            if (is_space(rest_.front())) {
                rest_.remove_prefix(1);
            } else if (rest_.front() == '(') {
                take_comment_text();
            } else {
                break;
            }
            skipped = true;
        }
        return skipped;
    }

    // RFC 5322 §3.2.2; nested to any depth, and to the end when unclosed.
    void take_comment_text()
    {
        comment_.clear();
        std::size_t depth = 0;
        while (!rest_.empty()) {
            char c = rest_.front();
            rest_.remove_prefix(1);
            if (c == '(' && depth++ == 0) continue;
            if (c == ')' && --depth == 0) return;
            if (c == '\\' && !rest_.empty()) {
                c = rest_.front();
                rest_.remove_prefix(1);
            }
            comment_ += c;
        }
    }

    // False when the quote is never closed; that is found out only once.
    bool take_quoted(std::string& text)
    {
        if (no_closing_quote_) return false;
        for (std::size_t i = 1; i < rest_.size(); ++i) {
            if (rest_[i] == '"') {
                rest_.remove_prefix(i + 1);
                return true;
            }
            if (rest_[i] == '\\' && i + 1 < rest_.size()) ++i; // RFC 5322 §3.2.1
            if (rest_[i] != '\r' && rest_[i] != '\n') text += rest_[i];
        }
        text.clear();
        no_closing_quote_ = true;
        return false;
    }

    std::string_view rest_;
    std::string comment_;
    bool no_closing_quote_ = false;
};

class Parser
{
public:
    explicit Parser(std::string_view body) : tokens_(body) {}

    AddressList parse()
    {
        for (;;) {
            const Token token = tokens_.next();
            if (token.kind == Token::Kind::end) break;
            if (token.kind == Token::Kind::special) {
                take_special(token.text.front());
            } else {
                take_word(token);
            }
        }
        finish_address();
        return std::move(list_);
    }

private:
    void take_special(char c)
    {
        switch (c) {
        case '<':
            if (!in_angle_) forget_address();
            in_angle_ = true;
            had_angle_ = true;
            route_ = false;
            return;
        case '>':
            in_angle_ = false;
            closed_ = had_angle_;
            return;
        case '@':
            // An obsolete route begins with "@" (RFC 5322 §4.4); it ends at ":".
            if (in_angle_ && compact_.empty()) route_ = true;
            append("@", false);
            has_at_ = !compact_.empty();
            return;
        case ':':
            if (in_angle_) {
                forget_address();
                route_ = false;
            } else if (group_ < 0) {
                begin_group();
            } else {
                append(":", false);
            }
            return;
        case ';':
            finish_address();
            group_ = -1;
            return;
        default: // a comma, which also parts the hosts of a route
            if (in_angle_ && route_) return;
            finish_address();
            return;
        }
    }

    void take_word(const Token& token)
    {
        if (closed_) return; // "<a@b> something"
        if (token.kind == Token::Kind::quoted) {
            append_compact(!has_at_ && !is_dot_atom(token.text) ? quote(token.text) : token.text);
            if (!in_angle_) append_phrase(token.text, token.spaced);
            return;
        }
        append(token.text, token.spaced);
    }

    void append(std::string_view text, bool spaced)
    {
        append_compact(text);
        if (!in_angle_ && !closed_) append_phrase(text, spaced);
    }

    void append_compact(std::string_view text)
    {
        if (!closed_) compact_ += text;
    }

    void append_phrase(std::string_view text, bool spaced)
    {
        if (spaced && !phrase_.empty()) phrase_ += ' ';
        phrase_ += text;
    }

    void begin_group()
    {
        group_ = static_cast<int>(list_.groups.size());
        if (list_.groups.size() < most_addresses) {
            list_.groups.push_back(one_line(decode_text(phrase_), most_name_characters));
        } else {
            --group_;
        }
        clear();
    }

    void finish_address()
    {
        const std::string comment = tokens_.take_comment();
        const bool has_address = has_at_;
        const bool something = has_address || !phrase_.empty() || (had_angle_ && !compact_.empty());
        if (something && ++list_.total <= most_addresses) {
            Address address;
            address.group = group_;
            if (has_address) address.address = one_line(compact_, compact_.size());
            if (had_angle_ || !has_address) {
                address.name = one_line(decode_text(phrase_), most_name_characters);
            }
            // A local user's name without a domain, "<root>".
            if (had_angle_ && !has_address) address.address = one_line(compact_, compact_.size());
            // The obsolete "a@b (Name)".
            if (address.name.empty()) address.name = one_line(decode_text(comment), most_name_characters);
            list_.addresses.push_back(std::move(address));
        }
        clear();
    }

    void forget_address()
    {
        compact_.clear();
        has_at_ = false;
    }

    void clear()
    {
        forget_address();
        phrase_.clear();
        tokens_.forget_comment();
        in_angle_ = had_angle_ = closed_ = route_ = false;
    }

    Tokens tokens_;
    AddressList list_;
    std::string compact_; // without white space: the addr-spec, if it is one
    std::string phrase_;  // with it: the display name, if it is one
    int group_ = -1;
    bool has_at_ = false; // in compact_
    bool in_angle_ = false;
    bool had_angle_ = false;
    bool closed_ = false; // ">" was seen
    bool route_ = false;
};

} // namespace

AddressList parse_address_list(std::string_view body)
{
    return Parser{body}.parse();
}

std::vector<std::string> message_ids(std::string_view body, std::size_t most)
{
    std::vector<std::string> ids;
    while (ids.size() < most) {
        const std::size_t begin = body.find('<');
        if (begin == std::string_view::npos) break;
        body.remove_prefix(begin);
        const std::size_t end = body.find_first_of("<>", 1);
        if (end == std::string_view::npos) break;
        if (body[end] == '>') {
            std::string id{body.substr(0, end + 1)};
            // White space inside is folding that some software adds.
            std::erase_if(id, is_space);
            if (id.size() > 2 && id.size() <= most_message_id_octets) ids.push_back(scrub_utf8(id));
            body.remove_prefix(end + 1);
        } else {
            body.remove_prefix(end);
        }
    }
    return ids;
}

std::string first_message_id(std::string_view body)
{
    const auto ids = message_ids(body, 1);
    return ids.empty() ? std::string{} : ids.front();
}

} // namespace pillarbox::mime
