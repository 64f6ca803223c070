#include "server/transcript/as_test.hpp"

#include "server/transcript/script_lines.hpp"

#include "server/base/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <vector>

namespace pillarbox::transcript {

namespace {

constexpr std::string_view right_password = "example-password";
constexpr std::string_view wrong_password = "wrong-password";
constexpr std::uint32_t most_messages = 1000;
constexpr std::uint64_t unknown_size = 100; // octets, of a message whose size nobody asked for

/// Whether a line of the reply to EHLO has what depends on settings, or the time, in it.
bool tells_settings(std::string_view line)
{
    if (!line.starts_with("250-") && !line.starts_with("250 ")) return false;
    line.remove_prefix(4);
    return line.starts_with("SIZE ") || line.starts_with("LIMITS ") || line.starts_with("FUTURERELEASE ");
}

/// Writes a script while it reads the dialogue.
class Writer
{
public:
    Writer(const Found& found, const Config& config)
        : about_(found.about),
          config_(config),
          lines_(parse_lines(found.text)),
          pop3_(about_.protocol.starts_with("pop3"))
    {}

    std::string write();

private:
    void learn();
    void learn_reply(std::string_view reply);
    void write_world();
    void write_message(std::uint64_t octets);
    void connect();
    void converse();
    void client(const DialogueLine& line);
    void sign_in(std::string_view mechanism, bool initial);
    void message();
    void chunk();
    void server(std::string_view text);
    void out(std::string_view line) { script_ += fmt::format("{}\n", line); }

    /// Whether the next reply is a success.
    bool succeeds() const;
    std::string_view reply() const;
    std::string user(std::string_view line) const;

    const net::Transcript::About& about_;
    const Config& config_;
    const std::vector<DialogueLine> lines_;
    const bool pop3_;
    std::string script_;

    std::size_t at_ = 0;  // the line after the current one
    std::string command_; // the client's last, in upper case
    bool in_listing_ = false;
    bool in_chunks_ = false;
    std::uint32_t messages_ = 0;
    std::map<std::uint32_t, std::uint64_t> sizes_;
    std::set<std::string> recipients_;
    std::string reverse_path_;
};

std::string Writer::write()
{
    learn();
    out(fmt::format("# Session {} over {} from {}. Secrets and messages are made up.", about_.session,
                    about_.protocol, about_.peer));
    write_world();
    connect();
    converse();
    return std::move(script_);
}

/// What the world must have been like for these answers.
void Writer::learn()
{
    std::string_view command;
    bool listing = false;
    for (const DialogueLine& line : lines_) {
        if (line.text == "it spoke before the greeting")
            throw std::runtime_error("this client spoke before the greeting, which a test cannot");
        if (line.who == 'C') command = line.text;
        if (line.who != 'S') continue;
        std::string_view rest = command;
        const std::string verb = upper(ascii::take_until(rest, ' '));
        std::string_view words = line.text;
        const std::string_view first = ascii::take_until(words, ' ');
        const auto number = ascii::parse_number<std::uint32_t>(ascii::take_until(words, ' '));
        if (pop3_ && (verb == "PASS" || verb == "APOP" || verb == "AUTH") && first == "+OK" && number)
            messages_ = *number;
        if (verb == "RETR" && first == "+OK" && number)
            if (const auto n = ascii::parse_number<std::uint32_t>(ascii::trim(rest))) sizes_[*n] = *number;
        if (verb == "LIST") {
            if (first == "+OK" && !rest.empty() && number) sizes_[*number] = size_in(words);
            const auto n = ascii::parse_number<std::uint32_t>(first);
            if (n && number && listing) sizes_[*n] = *number;
        }
        listing = verb == "LIST" && (first == "+OK" ? rest.empty() : listing);
        if (verb == "RCPT" && first == "250") recipients_.insert(without_tag(address_in(command)));
        if (verb == "MAIL" && first == "250") reverse_path_ = address_in(command);
    }
    if (messages_ > most_messages)
        throw std::runtime_error(
            fmt::format("this maildrop had {} messages; a test may have {}", messages_, most_messages));
}

void Writer::write_world()
{
    const auto& auth = config_.auth;
    const Config defaults;
    if (auth.allow_plaintext == Config::Auth::Plaintext::never) out("set auth.allow_plaintext never");
    if (auth.allow_plaintext == Config::Auth::Plaintext::always) out("set auth.allow_plaintext always");
    if (auth.mechanisms != defaults.auth.mechanisms)
        out(fmt::format("set auth.mechanisms {}", fmt::join(auth.mechanisms, ",")));
    if (!config_.pop3.implementation) out("set pop3.implementation false");
    if (config_.pop3.login_delay.count() > 0)
        out(fmt::format("set pop3.login_delay {}", config_.pop3.login_delay.count()));
    if (config_.tls.off()) out("set tls.certificate none");

    if (!about_.account.empty()) recipients_.insert(about_.account);
    for (const std::string& address : recipients_)
        out(fmt::format("account {} {}", address, right_password));
    if (!about_.account.empty())
        out(fmt::format("app-password {} device {} apop", about_.account, right_password));
    if (!about_.account.empty() && !reverse_path_.empty() && !recipients_.contains(reverse_path_))
        out(fmt::format("alias {} {}", reverse_path_, about_.account));
    for (std::uint32_t n = 1; n <= messages_; ++n) {
        const auto size = sizes_.find(n);
        write_message(size == sizes_.end() ? unknown_size : size->second);
    }
}

void Writer::write_message(std::uint64_t octets)
{
    out(fmt::format("message {}", about_.account));
    out("|<" + filler(octets));
}

void Writer::connect()
{
    const bool local = about_.peer == "::1" || about_.peer.starts_with("127.");
    const std::string protocol = about_.protocol.ends_with('s')
                                     ? about_.protocol.substr(0, about_.protocol.size() - 1)
                                     : about_.protocol;
    out(fmt::format("connect {}{}", protocol, local ? "" : " from " + about_.peer));
    if (lines_.empty() || lines_.front().who != '*') return;
    // TLS from the first octet: the nearest thing that scripts have.
    ++at_;
    out(pop3_ ? "S: +OK *" : "S: 220 *");
    if (!pop3_) {
        out("C: EHLO client.example");
        out("S...: 250 *");
    }
    out(pop3_ ? "C: STLS" : "C: STARTTLS");
    out(pop3_ ? "S: +OK*" : "S: 220 *");
    out("tls");
    if (at_ < lines_.size()) ++at_; // the greeting was met
    command_ = "-";
}

void Writer::converse()
{
    while (at_ < lines_.size()) {
        const DialogueLine& line = lines_[at_++];
        if (line.who == 'C') {
            client(line);
        } else if (line.who == 'S') {
            server(line.text);
        } else if (line.text.ends_with("left out") &&
                   line.text.find("challenges") == std::string_view::npos) {
            out(fmt::format("# {}", line.text));
            return out("close");
        } else if (line.text == about_.end) {
            return out(about_.end == "quit" || about_.end == "closed" ? "closed" : "close");
        } else if (line.text.starts_with("TLS")) {
            out("tls");
        }
    }
    out("close"); // the rest was not written
}

void Writer::client(const DialogueLine& line)
{
    std::string_view rest = line.text;
    command_ = upper(ascii::take_until(rest, ' '));
    in_listing_ = false;
    const bool withheld = line.text.ends_with('>') && line.text.find('<') != std::string_view::npos &&
                          command_ != "MAIL" && command_ != "RCPT";
    if (command_ == "AUTH" && !rest.empty() && rest != "<no mechanism>") {
        const bool initial = ascii::trim(rest).ends_with("<secret>");
        std::string_view words = ascii::trim(rest);
        return sign_in(ascii::take_until(words, ' '), initial);
    }
    if (command_ == "USER" && !withheld) return out("C: USER " + user(ascii::trim(rest)));
    if (command_ == "PASS" && withheld)
        return out(fmt::format("C: PASS {}", succeeds() ? right_password : wrong_password));
    if (command_ == "APOP" && withheld && rest.ends_with("<secret>")) {
        const auto name = ascii::trim(rest.substr(0, rest.find('<')));
        return out(fmt::format("C: APOP {} \\{{apop {}}}", user(name),
                               succeeds() ? right_password : wrong_password));
    }
    if (command_ == "MAIL") in_chunks_ = false;
    if (line.text.find(" octets of message>") != std::string_view::npos) return message();
    if (line.text.find(" octets of chunk>") != std::string_view::npos) return chunk();
    out(withheld ? instead_of(line.text, pop3_) : fmt::format("C: {}", line.text));
}

/// A whole exchange, of which only the outcome is known. Those that the runner
/// cannot compute become PLAIN.
void Writer::sign_in(std::string_view mechanism, bool initial)
{
    const std::string name = upper(mechanism);
    const bool asked = at_ < lines_.size() && lines_[at_].who == '*' &&
                       lines_[at_].text.find("challenges") != std::string_view::npos;
    if (asked) ++at_;
    const std::string_view prompt = pop3_ ? "S: + " : "S: 334 ";
    const std::string account = about_.account.empty() ? "nobody" : about_.account;
    const std::string_view password = succeeds() ? right_password : wrong_password;
    const bool answered = succeeds() || reply().find(pop3_ ? "[AUTH]" : "535") != std::string_view::npos;
    if (!answered) {
        out(fmt::format("C: AUTH {}{}", name, initial && !asked ? " ?" : "")); // no base64
        if (!asked) return;
        out(fmt::format("{}*", prompt));
        return out("C: *");
    }
    if (name == "LOGIN") {
        out(initial ? fmt::format("C: AUTH LOGIN \\{{base64 {}}}", account) : "C: AUTH LOGIN");
        if (!initial) {
            out(fmt::format("{}*", prompt));
            out(fmt::format("C: \\{{base64 {}}}", account));
        }
        out(fmt::format("{}*", prompt));
        return out(fmt::format("C: \\{{base64 {}}}", password));
    }
    const std::string response = fmt::format("\\{{base64 \\0{}\\0{}}}", account, password);
    if (name != "PLAIN") out(fmt::format("# It was {}.", name));
    if (initial || name != "PLAIN") return out("C: AUTH PLAIN " + response);
    out("C: AUTH PLAIN");
    out(fmt::format("{}*", prompt));
    out("C: " + response);
}

void Writer::message()
{
    if (reply().empty()) return; // it was broken off
    if (!about_.account.empty()) {
        out(fmt::format("C: From: <{}>", about_.account));
        out("C: ");
    }
    std::string_view octets = lines_[at_ - 1].text.substr(1);
    out("C: " + filler(ascii::parse_number<std::uint64_t>(ascii::take_until(octets, ' ')).value_or(0)));
    out("C: .");
}

/// As many octets as there were, for they were counted.
void Writer::chunk()
{
    std::string_view text = lines_[at_ - 1].text.substr(1);
    auto octets = ascii::parse_number<std::uint64_t>(ascii::take_until(text, ' ')).value_or(0);
    const std::string from = fmt::format("From: <{}>", about_.account);
    const std::uint64_t head = from.size() + 4; // with its line end and the empty line
    const bool begins = !in_chunks_ && !about_.account.empty() && octets >= head;
    in_chunks_ = true;
    if (begins) octets -= head;
    out("C<: " + (begins ? escaped(from) + "\\r\\n\\r\\n" : std::string()) + filler(octets));
}

void Writer::server(std::string_view text)
{
    if (pop3_ && text.starts_with('<') && text.ends_with('>')) {
        // A body or a long listing, and the end that stands behind it.
        while (at_ < lines_.size() && lines_[at_].who == 'S' && lines_[at_].text != ".")
            ++at_;
        if (at_ < lines_.size() && lines_[at_].who == 'S') {
            ++at_;
            out("S...: .");
        }
        return;
    }
    const bool greeting = command_.empty();
    std::string_view words = text;
    const std::string_view first = ascii::take_until(words, ' ');
    const std::string_view second = ascii::take_until(words, ' ');
    std::string expected = escaped(text);
    if (greeting) {
        expected = pop3_ ? "+OK *" : "220 *";
        command_ = "-";
    } else if (command_ == "STAT" && first == "+OK") {
        expected = fmt::format("+OK {} *", second);
    } else if (command_ == "UIDL" && first == "+OK" && !words.empty() &&
               ascii::parse_number<std::uint32_t>(second) && words != "messages") {
        expected = fmt::format("+OK {} *", second);
    } else if (command_ == "UIDL" && ascii::parse_number<std::uint32_t>(first)) {
        expected = fmt::format("{} *", first);
    } else if (!pop3_ && (command_ == "EHLO" || command_ == "HELO") && !in_listing_ &&
               text.starts_with("250")) {
        expected = fmt::format("{}*", text.substr(0, 4)); // our name
        in_listing_ = true;
    } else if (!pop3_ && tells_settings(text)) {
        expected = fmt::format("{} *", text.substr(0, text.find(' ', 4)));
    } else if (const auto stored = text.find(" stored as "); !pop3_ && stored != std::string_view::npos) {
        expected = fmt::format("{} stored as *", text.substr(0, stored));
    }
    out("S: " + expected);
}

std::string_view Writer::reply() const
{
    for (std::size_t i = at_; i < lines_.size() && lines_[i].who != 'C'; ++i) {
        if (lines_[i].who == 'S') return lines_[i].text;
    }
    return {};
}

bool Writer::succeeds() const
{
    return reply().starts_with(pop3_ ? "+OK" : "235");
}

/// A name that was enough where there was one domain is not where there are two.
std::string Writer::user(std::string_view name) const
{
    const auto at = about_.account.rfind('@');
    if (name.find('@') != std::string_view::npos || at == std::string::npos) return std::string(name);
    return std::string(name) + about_.account.substr(at);
}

} // namespace

std::string as_test(const Found& found, const Config& config)
{
    return Writer(found, config).write();
}

} // namespace pillarbox::transcript
