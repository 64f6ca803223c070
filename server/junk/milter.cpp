#include "server/junk/milter.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace pillarbox::junk {

namespace {

constexpr std::uint32_t version = 6;

// What a milter may do, SMFIF_...: of all there is, what we let it.
constexpr std::uint32_t adds_fields = 0x01;
constexpr std::uint32_t quarantines = 0x20;

// What it does not want to be told, SMFIP_NO..., and does not answer, SMFIP_NR_...
constexpr std::uint32_t no_connect = 0x01, no_helo = 0x02, no_mail = 0x04, no_recipient = 0x08;
constexpr std::uint32_t no_body = 0x10, no_fields = 0x20, no_end_of_header = 0x40, no_data = 0x200;
constexpr std::uint32_t skip_body = 0x400; // it may say that it has seen enough
constexpr std::uint32_t silent_field = 0x80, silent_connect = 0x1000, silent_helo = 0x2000,
                        silent_mail = 0x4000, silent_recipient = 0x8000, silent_data = 0x10000,
                        silent_end_of_header = 0x40000, silent_body = 0x80000;
constexpr std::uint32_t offered = no_connect | no_helo | no_mail | no_recipient | no_body | no_fields |
                                  no_end_of_header | no_data | skip_body | silent_field | silent_connect |
                                  silent_helo | silent_mail | silent_recipient | silent_data |
                                  silent_end_of_header | silent_body;

constexpr std::size_t chunk = 65535;
constexpr std::size_t longest_packet = std::size_t{256} << 10; // of theirs
constexpr std::size_t most_added = std::size_t{16} << 10;      // octets of fields
constexpr std::size_t longest_line = 998;                      // RFC 5322 §2.1.1

std::string number(std::uint32_t value)
{
    return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
            static_cast<char>(value)};
}

std::uint32_t number(std::string_view octets)
{
    std::uint32_t value = 0;
    for (const char c : octets.substr(0, 4))
        value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

std::string packet(char command, std::string_view data)
{
    return number(static_cast<std::uint32_t>(data.size() + 1)) + command + std::string(data);
}

std::string terminated(std::string_view text)
{
    return std::string(text.substr(0, text.find('\0'))) + '\0';
}

/// Names and values behind the step that they are for.
std::string macros(char step, std::initializer_list<std::pair<std::string_view, std::string_view>> all)
{
    std::string data(1, step);
    for (const auto& [name, value] : all)
        data += terminated(name) + terminated(value);
    return packet('D', data);
}

/// The lines of the first field, unfolded as milters want them: LF, and no
/// space behind the colon. Empty at the end of the header section.
std::string_view take_field(std::string_view& text)
{
    std::size_t end = 0;
    do {
        const auto line = text.find('\n', end);
        end = line == std::string_view::npos ? text.size() : line + 1;
    } while (end < text.size() && (text[end] == ' ' || text[end] == '\t'));
    const auto field = text.substr(0, end);
    text.remove_prefix(end);
    return field;
}

/// Whether it is a field that may stand in a message.
bool is_field(std::string_view name, std::string_view value)
{
    const auto in_name = [](char c) { return c > ' ' && c <= '~' && c != ':'; };
    const auto in_value = [](char c) {
        return (c >= ' ' && c != 0x7f) || c == '\t' || static_cast<unsigned char>(c) >= 0x80;
    };
    return !name.empty() && name.size() + value.size() + 2 <= longest_line &&
           std::ranges::all_of(name, in_name) && std::ranges::all_of(value, in_value);
}

} // namespace

MilterDialogue::MilterDialogue(const HookQuestion& question) : question_(question)
{
    enter_fields();
}

void MilterDialogue::enter_fields()
{
    const std::string_view message = question_.message;
    const auto gap = message.find("\r\n\r\n");
    const auto end = gap == std::string_view::npos ? message.size() : gap + 2;
    fields_ = message.starts_with("\r\n") ? std::string_view() : message.substr(0, end);
    body_ = message.substr(std::min(message.size(), fields_.size() + 2));
}

std::string MilterDialogue::next()
{
    std::string out;
    while (!sent_ && !done()) {
        if (skips(step_)) {
            advance();
            continue;
        }
        const Step said = step_;
        out += packet_of(said);
        sent_ = !is_silent(said);
        if (!sent_) advance();
    }
    return out;
}

std::string MilterDialogue::packet_of(Step step)
{
    switch (step) {
    case Step::negotiate:
        return packet('O', negotiation());
    case Step::connect:
        return macros('C', {{"j", question_.hostname}, {"{daemon_name}", "Pillarbox"}}) +
               packet('C', connection());
    case Step::helo:
        return packet('H', terminated(question_.helo));
    case Step::mail:
        return macros('M', {{"{mail_addr}", question_.reverse_path}}) +
               packet('M', terminated("<" + question_.reverse_path + ">"));
    case Step::recipient:
        return macros('R', {{"{rcpt_addr}", question_.recipients[recipient_]}}) +
               packet('R', terminated("<" + question_.recipients[recipient_] + ">"));
    case Step::data:
        return packet('T', {});
    case Step::field: {
        std::string field(take_field(fields_));
        const auto colon = std::min(field.find(':'), field.size());
        std::string value = colon < field.size() ? field.substr(colon + 1) : std::string();
        std::erase(value, '\r');
        if (value.ends_with('\n')) value.pop_back();
        if (value.starts_with(' ')) value.erase(0, 1);
        return packet('L', terminated(std::string(ascii::trim(field.substr(0, colon)))) + terminated(value));
    }
    case Step::end_of_header:
        return packet('N', {});
    case Step::body: {
        const auto part = body_.substr(0, chunk);
        body_.remove_prefix(part.size());
        return packet('B', part);
    }
    case Step::end:
        return packet('E', {});
    case Step::done:
        break;
    }
    return {};
}

std::string MilterDialogue::negotiation() const
{
    return number(version) + number(adds_fields | quarantines) + number(offered);
}

std::string MilterDialogue::connection() const
{
    const bool v6 = question_.client.find(':') != std::string::npos;
    std::string data = terminated("[" + question_.client + "]");
    if (question_.client.empty()) return data + 'U';
    data += v6 ? '6' : '4';
    data += std::string(2, '\0'); // the port, which says nothing
    return data + terminated(question_.client);
}

bool MilterDialogue::skips(Step step) const
{
    switch (step) {
    case Step::connect:
        return left_out_ & no_connect;
    case Step::helo:
        return (left_out_ & no_helo) || question_.helo.empty();
    case Step::mail:
        return left_out_ & no_mail;
    case Step::recipient:
        return (left_out_ & no_recipient) || recipient_ >= question_.recipients.size();
    case Step::data:
        return left_out_ & no_data;
    case Step::field:
        return (left_out_ & no_fields) || fields_.empty();
    case Step::end_of_header:
        return left_out_ & no_end_of_header;
    case Step::body:
        return (left_out_ & no_body) || body_.empty();
    default:
        return false;
    }
}

bool MilterDialogue::is_silent(Step step) const
{
    switch (step) {
    case Step::connect:
        return left_out_ & silent_connect;
    case Step::helo:
        return left_out_ & silent_helo;
    case Step::mail:
        return left_out_ & silent_mail;
    case Step::recipient:
        return left_out_ & silent_recipient;
    case Step::data:
        return left_out_ & silent_data;
    case Step::field:
        return left_out_ & silent_field;
    case Step::end_of_header:
        return left_out_ & silent_end_of_header;
    case Step::body:
        return left_out_ & silent_body;
    default:
        return false;
    }
}

/// To the next step; recipients, fields and pieces of the body come one by one.
void MilterDialogue::advance()
{
    sent_ = false;
    const bool again = (step_ == Step::recipient && ++recipient_ < question_.recipients.size()) ||
                       (step_ == Step::field && !fields_.empty()) || (step_ == Step::body && !body_.empty());
    if (!again || skips(step_)) step_ = static_cast<Step>(static_cast<std::uint8_t>(step_) + 1);
}

void MilterDialogue::feed(std::string_view octets)
{
    if (done()) return;
    unread_ += octets;
    while (!done() && unread_.size() >= 4) {
        const std::size_t size = number(unread_);
        if (size == 0 || size > longest_packet) return fail("it sends a packet of an impossible size");
        if (unread_.size() < 4 + size) return;
        const std::string whole = unread_.substr(4, size);
        unread_.erase(0, 4 + size);
        take(whole.front(), std::string_view(whole).substr(1));
    }
}

void MilterDialogue::take(char code, std::string_view data)
{
    if (code == 'p') return; // it is still at work
    if (!sent_) return fail("it speaks without being asked");
    if (step_ == Step::negotiate)
        take_negotiation(code == 'O' ? data : std::string_view());
    else if (step_ == Step::end && std::string_view("hi+-2bmelq").find(code) != std::string_view::npos)
        take_change(code, data);
    else
        take_verdict(code, data);
}

void MilterDialogue::take_negotiation(std::string_view data)
{
    if (data.size() < 12) return fail("its answer to the negotiation is none");
    const std::uint32_t actions = number(data.substr(4));
    left_out_ = number(data.substr(8));
    if (number(data) < 2 || number(data) > version) return fail("it speaks another version of the protocol");
    if (actions & ~(adds_fields | quarantines))
        return fail("it wants to change messages, which is not offered");
    if (left_out_ & ~offered) return fail("it wants steps of the protocol that were not offered");
    advance();
}

void MilterDialogue::take_verdict(char code, std::string_view data)
{
    const bool of_recipient = step_ == Step::recipient;
    const std::string_view text = data.substr(0, data.find('\0'));
    const bool later = code == 't' || (code == 'y' && text.starts_with('4'));
    switch (code) {
    case 'c':
        return advance();
    case 's': // enough of the body
        body_ = {};
        return advance();
    case 'a':
    case 'd': // nothing is lost: what it would throw away goes to Junk
        if (code == 'd') quarantine_ = "discard";
        step_ = Step::done;
        return;
    case 'r':
    case 't':
    case 'y': {
        std::string why = later ? "a filter asks to try again later" : "refused by a filter";
        if (code == 'y' && text.size() > 4) {
            why = reply_text(text.substr(4));
            // "5.7.1 no": the enhanced code is ours.
            if (ascii::is_digit(why.front())) why = why.substr(std::min(why.find(' ') + 1, why.size()));
        }
        // Others may get it; when none may, it is refused.
        if (of_recipient && ++refused_recipients_ < question_.recipients.size()) return advance();
        refusal_ = HookAnswer::Refusal{!later, std::move(why)};
        step_ = Step::done;
        return;
    }
    case 'f':
    case '4':
        return fail("it ends the connection");
    default:
        return fail("its answer is none");
    }
}

void MilterDialogue::take_change(char code, std::string_view data)
{
    if (code == 'q') {
        quarantine_ = std::string(data.substr(0, data.find('\0')));
        return;
    }
    if (code == 'i' && data.size() >= 4) data.remove_prefix(4); // where: all stand on top
    if (code != 'h' && code != 'i') return fail("it changes the message, which it was not offered");
    const auto name = data.substr(0, data.find('\0'));
    data.remove_prefix(std::min(data.size(), name.size() + 1));
    const auto value = ascii::trim(data.substr(0, data.find('\0')));
    if (!is_field(name, value)) return fail("it adds a field that is none, or that is too long");
    if (added_.size() + name.size() + value.size() > most_added) return fail("it adds too many fields");
    added_.append(name).append(": ").append(value).append("\r\n");
}

std::string milter_quit()
{
    return packet('Q', {});
}

void MilterDialogue::fail(std::string why)
{
    fault_ = std::move(why);
    step_ = Step::done;
}

HookAnswer MilterDialogue::answer() const
{
    HookAnswer answer;
    answer.refusal = refusal_;
    answer.fields = added_;
    // The weight is set by who knows the limit.
    if (quarantine_) answer.reasons.push_back({"milter", 0, *quarantine_});
    return answer;
}

} // namespace pillarbox::junk
