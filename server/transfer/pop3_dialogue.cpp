#include "server/transfer/pop3_dialogue.hpp"

#include "server/base/ascii.hpp"
#include "server/base/base64.hpp"
#include "server/mime/characters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace pillarbox::transfer {

namespace {

constexpr std::size_t longest_line = 2048;       // RFC 1939 §3 allows 512
constexpr std::size_t most_messages = 1'000'000; // whose unique ids are held in memory
constexpr std::size_t longest_unique_id = 255;   // RFC 1939 §7 allows 70
constexpr std::size_t most_capabilities = 1000;  // lines of an answer to CAPA
constexpr std::size_t most_characters = 200;     // of a server's words, as people see them

constexpr auto too_long = "the server sends a line that is too long";
constexpr auto no_tls =
    "the server does not begin TLS, without which others can read the password and the mail on their way; "
    "try pop3s://, or where the network between is safe put ?tls=none behind the URL";
constexpr auto no_unique_ids = "the server tells no unique ids, so clients could not know what they have "
                               "already; bring the mail here as "
                               "an mbox or a maildir";

/// Whether a reply begins with that status, RFC 1939 §3.
bool says(std::string_view line, std::string_view status)
{
    return line.starts_with(status) && (line.size() == status.size() || line[status.size()] == ' ');
}

/// The first word of `text`, which it is taken from.
std::string_view take_word(std::string_view& text)
{
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    return word;
}

std::string for_people(std::string_view line)
{
    return mime::one_line(mime::scrub_utf8(line), most_characters);
}

} // namespace

Pop3Dialogue::Pop3Dialogue(std::string user, std::string password, bool start_tls)
    : user_(std::move(user)), password_(std::move(password)), start_tls_(start_tls)
{}

void Pop3Dialogue::feed(std::string_view octets)
{
    input_.erase(0, position_);
    position_ = 0;
    input_ += octets;
}

Pop3Dialogue::Event Pop3Dialogue::next()
{
    while (reason_.empty()) {
        if (step_ == Step::over) return {Kind::done};
        if (step_ == Step::securing) {
            if (position_ == input_.size()) return {Kind::secure};
            // It was sent in the clear, perhaps by somebody else (RFC 2595 §4).
            fail("the server said more before TLS began", std::string_view(input_).substr(position_));
            continue;
        }
        Told told;
        if (in_text_) {
            told = step_ == Step::messages ? read_message() : read_listing();
        } else if (step_ == Step::messages && asked_.empty() && !announced_) {
            announced_ = true;
            told = Event{Kind::listed};
        } else if (const auto line = take_line()) {
            told = take_reply(*line);
        } else {
            told = Event{Kind::more};
        }
        if (told && reason_.empty()) return *told;
    }
    return {Kind::failed, reason_};
}

std::string Pop3Dialogue::take_output()
{
    return std::exchange(output_, {});
}

void Pop3Dialogue::secured()
{
    // What was offered in the clear is forgotten, RFC 2595 §4.
    start_tls_ = plain_ = pipelining_ = false;
    ask(Step::capabilities, "CAPA");
}

void Pop3Dialogue::retrieve(std::size_t number)
{
    assert(step_ == Step::messages && number > 0 && number <= messages_.size());
    asked_.push_back(number);
    output_ += fmt::format("RETR {}\r\n", number);
}

void Pop3Dialogue::quit()
{
    assert(step_ == Step::messages && asked_.empty());
    ask(Step::quit, "QUIT");
}

std::optional<std::string_view> Pop3Dialogue::take_line()
{
    const auto rest = std::string_view(input_).substr(position_);
    const auto end = rest.find('\n');
    if (std::min(end, rest.size()) > longest_line) {
        fail(too_long, rest.substr(0, longest_line));
        return {};
    }
    if (end == std::string_view::npos) return {};
    position_ += end + 1;
    auto line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

Pop3Dialogue::Told Pop3Dialogue::take_reply(std::string_view line)
{
    const bool good = says(line, "+OK");
    if (step_ == Step::plain && !good && line.starts_with('+')) {
        // RFC 4616 §2: authorisation identity, which is empty, user, password.
        ask(Step::response, base64_encode(std::string(1, '\0') + user_ + '\0' + password_));
        return {};
    }
    if (!good && !says(line, "-ERR")) {
        fail("the server does not speak POP3", line);
        return {};
    }
    if (step_ == Step::messages && asked_.empty()) {
        fail("the server says what nobody asked for", line);
        return {};
    }
    return take_answer(good, line);
}

Pop3Dialogue::Told Pop3Dialogue::take_answer(bool good, std::string_view line)
{
    constexpr auto not_let_in = "the server does not accept user and password";
    switch (step_) {
    case Step::greeting:
        if (!good) fail("the server turns us away", line);
        ask(Step::capabilities, "CAPA");
        break;
    case Step::capabilities:
        if (good)
            begin_text();
        else
            end_listing(); // a server without RFC 2449 has none
        break;
    case Step::stls:
        if (!good) fail(no_tls, line);
        step_ = Step::securing;
        break;
    case Step::plain:
        fail(good ? "the server answers AUTH without asking for the password" : not_let_in, line);
        break;
    case Step::user:
        if (!good) fail(not_let_in, line);
        ask(Step::pass, "PASS " + password_);
        break;
    case Step::response:
    case Step::pass:
        if (!good) fail(not_let_in, line);
        password_.clear();
        ask(Step::stat, "STAT");
        break;
    case Step::stat:
        if (!good) fail("the server does not tell how many messages there are", line);
        return take_stat(line);
    case Step::unique_ids:
        if (!good) fail(no_unique_ids, line);
        begin_text();
        break;
    case Step::sizes:
        if (!good) fail("the server does not list the messages", line);
        begin_text();
        break;
    case Step::messages:
        if (good) {
            begin_text();
            break;
        }
        asked_.pop_front();
        text_ = for_people(line);
        return Event{Kind::refused, text_};
    case Step::quit:
        step_ = Step::over;
        break;
    case Step::securing:
    case Step::over:
        break; // next() takes no line then
    }
    return {};
}

Pop3Dialogue::Told Pop3Dialogue::take_stat(std::string_view line)
{
    auto words = line;
    take_word(words);
    const auto count = ascii::parse_number<std::size_t>(take_word(words));
    if (!count || *count > most_messages) {
        fail("that is no number of messages, or too large a one", line);
        return {};
    }
    messages_.resize(*count);
    if (*count > 0)
        ask(Step::unique_ids, "UIDL");
    else
        step_ = Step::messages;
    return {};
}

void Pop3Dialogue::begin_text()
{
    in_text_ = true;
    reader_ = {};
    text_.clear();
    lines_ = 0;
    listed_.assign(step_ == Step::messages ? 0 : messages_.size(), false);
}

Pop3Dialogue::Told Pop3Dialogue::read_message()
{
    if (reader_.done()) {
        in_text_ = false;
        asked_.pop_front();
        return Event{Kind::end};
    }
    if (position_ == input_.size()) return Event{Kind::more};
    text_.clear();
    position_ += reader_.feed(std::string_view(input_).substr(position_), text_);
    if (text_.empty()) return {};
    return Event{Kind::text, text_};
}

Pop3Dialogue::Told Pop3Dialogue::read_listing()
{
    if (!reader_.done() && position_ == input_.size()) return Event{Kind::more};
    position_ += reader_.feed(std::string_view(input_).substr(position_), text_);
    const auto text = std::string_view(text_);
    std::size_t at = 0;
    for (auto end = text.find('\n'); end != std::string_view::npos && reason_.empty();
         end = text.find('\n', at)) {
        auto line = text.substr(at, end - at);
        if (line.ends_with('\r')) line.remove_suffix(1);
        take_listed(line);
        at = end + 1;
    }
    if (text.size() - at > longest_line + 1) fail(too_long, text.substr(at, longest_line)); // with its CR
    text_.erase(0, at);
    if (reader_.done() && reason_.empty()) {
        in_text_ = false;
        end_listing();
    }
    return {};
}

void Pop3Dialogue::take_listed(std::string_view line)
{
    ++lines_;
    if (line.size() > longest_line) return fail(too_long, line.substr(0, longest_line));
    if (step_ == Step::capabilities)
        take_capability(line);
    else
        take_entry(line);
}

/// RFC 2449 §6, and SASL as RFC 5034 §6 has it.
void Pop3Dialogue::take_capability(std::string_view line)
{
    if (lines_ > most_capabilities) return fail("the server's capabilities have no end", line);
    auto words = line;
    const auto tag = take_word(words);
    pipelining_ = pipelining_ || ascii::equal(tag, "PIPELINING");
    if (!ascii::equal(tag, "SASL")) return;
    for (auto mechanism = take_word(words); !mechanism.empty(); mechanism = take_word(words))
        plain_ = plain_ || ascii::equal(mechanism, "PLAIN");
}

/// A line of UIDL or LIST: each message has one.
void Pop3Dialogue::take_entry(std::string_view line)
{
    auto words = line;
    const auto number = ascii::parse_number<std::size_t>(take_word(words));
    if (!number || *number == 0 || *number > messages_.size())
        return fail("the server lists what is no message", line);
    if (listed_[*number - 1]) return fail("the server lists a message twice", line);
    listed_[*number - 1] = true;
    auto& message = messages_[*number - 1];
    const auto value = take_word(words);
    if (step_ == Step::sizes) {
        const auto octets = ascii::parse_number<std::uint64_t>(value);
        if (!octets) return fail("the server lists a message without its size", line);
        message.octets = *octets;
        return;
    }
    if (value.empty() || value.size() > longest_unique_id)
        return fail("the server lists a message without a usable unique id", line);
    message.unique_id = value;
}

void Pop3Dialogue::end_listing()
{
    if (step_ == Step::capabilities) {
        if (start_tls_) return ask(Step::stls, "STLS");
        return sign_in();
    }
    if (lines_ < messages_.size())
        return fail("the server lists fewer messages than it has",
                    fmt::format("{} of {}", lines_, messages_.size()));
    if (step_ == Step::unique_ids) return ask(Step::sizes, "LIST");
    step_ = Step::messages;
}

void Pop3Dialogue::sign_in()
{
    // Without an initial response, which not every server takes (RFC 5034 §4).
    if (plain_)
        ask(Step::plain, "AUTH PLAIN");
    else
        ask(Step::user, "USER " + user_);
}

void Pop3Dialogue::ask(Step step, std::string_view command)
{
    if (!reason_.empty()) return;
    step_ = step;
    output_ += command;
    output_ += "\r\n";
}

void Pop3Dialogue::fail(std::string_view what, std::string_view line)
{
    if (reason_.empty()) reason_ = fmt::format("{}: '{}'", what, for_people(line));
}

} // namespace pillarbox::transfer
