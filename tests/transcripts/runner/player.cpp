#include "tests/transcripts/runner/player.hpp"

#include "tests/transcripts/runner/peer.hpp"
#include "tests/transcripts/runner/refusal.hpp"
#include "tests/transcripts/runner/text.hpp"
#include "tests/transcripts/runner/world.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::transcripts {

namespace {

using Kind = Item::Kind;

struct Client
{
    std::unique_ptr<Peer> peer;
    Context context;
    std::optional<std::string> greeting; // read ahead, for the timestamp
    bool smtp = false;                   // what comes are replies with codes
};

bool has(const Script& script, Kind kind)
{
    return std::any_of(script.items.begin(), script.items.end(),
                       [&](const Item& i) { return i.kind == kind; });
}

std::vector<std::string> settings_of(const Script& script)
{
    std::vector<std::string> settings;
    for (const Item& item : script.items) {
        if (item.kind != Kind::set) continue;
        std::string value;
        for (std::size_t i = 1; i < item.words.size(); ++i)
            value += (i > 1 ? " " : "") + item.words[i];
        settings.push_back(item.words.front() + '=' + value);
    }
    return settings;
}

/// The word behind `key`, as in "connect pop3 as first from 192.0.2.7".
std::string option(const Item& item, std::string_view key, std::string otherwise)
{
    for (std::size_t i = 1; i + 1 < item.words.size(); i += 2)
        if (item.words[i] == key) return item.words[i + 1];
    return otherwise;
}

/// From the last "<" to the end of a greeting.
std::string timestamp_in(const std::string& greeting)
{
    const auto begin = greeting.rfind('<');
    return begin == std::string::npos ? std::string() : greeting.substr(begin);
}

class Player
{
public:
    Player(const Script& script, Mode mode, Transport transport)
        : mode_(mode),
          transport_(transport),
          stepwise_(mode == Mode::lines || has(script, Kind::stepwise)),
          world_(settings_of(script))
    {}

    /// Plays the items from `item` on that belong together; returns the next.
    std::size_t play(const std::vector<Item>& items, std::size_t item);

    /// At the end: every server that was still there ends with its client.
    void finish();

private:
    void set_up(const Item& item);
    void converse(const std::vector<Item>& items, std::size_t begin, std::size_t end);
    void connect(const Item& item);
    void expect(const Item& item);
    void expect_queued(std::vector<std::string> recipients);
    void expect_queued_from(const std::vector<std::string>& patterns);
    void nothing_unread();
    Client& client();

    const Mode mode_;
    const Transport transport_;
    const bool stepwise_;
    World world_;
    std::map<std::string, Client> clients_;
    std::string current_;
};

std::size_t Player::play(const std::vector<Item>& items, std::size_t item)
{
    const Kind kind = items[item].kind;
    if (kind != Kind::send && kind != Kind::expect) {
        set_up(items[item]);
        return item + 1;
    }
    std::size_t end = item;
    while (end < items.size() && (items[end].kind == Kind::send || items[end].kind == Kind::expect))
        ++end;
    if (!stepwise_) {
        converse(items, item, end);
        return end;
    }
    // A client's lines and the answers to them.
    std::size_t next = item;
    while (next < end && items[next].kind == Kind::send)
        ++next;
    while (next < end && items[next].kind == Kind::expect)
        ++next;
    converse(items, item, next);
    return next;
}

void Player::set_up(const Item& item)
{
    const auto& words = item.words;
    switch (item.kind) {
    case Kind::account:
        return world_.add_account(words[0], expand(words[1], {}), words.size() > 2 && words[2] == "admin");
    case Kind::app_password:
        return world_.add_app_password(words[0], words[1], words[2], words.size() > 3 && words[3] == "apop");
    case Kind::pop3_terms:
        return world_.set_pop3_terms(words[0], words[1], words[2]);
    case Kind::alias:
        return world_.add_alias(words[0], {words.begin() + 1, words.end()});
    case Kind::alias_off:
        return world_.disable_alias(words[0]);
    case Kind::alias_ended:
        return world_.add_alias(words[0], {words.begin() + 1, words.end()}, true);
    case Kind::sender:
        return world_.permit_sender(words[0], words[1]);
    case Kind::message:
        return world_.deliver(words[0], expand(item.text, {}), words.size() > 1 && words[1] == "junk");
    case Kind::connect:
        return connect(item);
    case Kind::use:
        if (!clients_.contains(words[0])) throw std::runtime_error("no connection is called " + words[0]);
        current_ = words[0];
        return;
    case Kind::tls:
        return client().peer->start_tls();
    case Kind::close:
        return client().peer->close();
    case Kind::closed:
        if (!client().peer->ended()) throw std::runtime_error("the server goes on");
        return nothing_unread();
    case Kind::queued:
        return expect_queued(words);
    case Kind::queued_from:
        return expect_queued_from(words);
    case Kind::set:
    case Kind::stepwise:
    case Kind::only:
    case Kind::send:
    case Kind::expect:
        return; // met before the first line was played
    }
}

/// All of the client's lines, then all of the server's.
void Player::converse(const std::vector<Item>& items, std::size_t begin, std::size_t end)
{
    std::string octets;
    const std::size_t piece = mode_ == Mode::octets ? 1 : std::numeric_limits<std::size_t>::max();
    for (std::size_t i = begin; i < end; ++i) {
        if (items[i].kind == Kind::send) octets += expand(items[i].text, client().context);
        const bool now = mode_ == Mode::lines || i + 1 == end;
        if (now && !octets.empty()) client().peer->send(std::exchange(octets, {}), piece);
    }
    for (std::size_t i = begin; i < end; ++i)
        if (items[i].kind == Kind::expect) expect(items[i]);
    nothing_unread();
}

void Player::connect(const Item& item)
{
    const Protocol& wanted = protocol(item.words.front());
    current_ = option(item, "as", "default");
    Client& made = clients_[current_];
    made = {};
    made.smtp = item.words.front() != "pop3";
    if (transport_ == Transport::socket)
        made.peer = connect_by_socket(world_, wanted);
    else
        made.peer = connect_in_memory(world_, wanted, option(item, "from", "127.0.0.1"));
    // No client speaks before it is greeted.
    made.greeting = made.peer->read_line();
    if (made.greeting) made.context.timestamp = timestamp_in(*made.greeting);
}

void Player::expect(const Item& item)
{
    const Pattern pattern = expand_pattern(item.text, client().context);
    auto line = std::exchange(client().greeting, std::nullopt);
    if (!line) line = client().peer->read_line();
    while (item.skips && line && !matches(pattern, *line))
        line = client().peer->read_line();
    const bool helps = !line || !client().smtp || helpful(*line);
    if (line && matches(pattern, *line) && helps) return;
    throw std::runtime_error("line " + std::to_string(item.line) + "\n  expected: " + item.text +
                             "\n  got:      " + (line ? printable(*line) : "nothing") +
                             (helps ? "" : "\n  a refusal has an enhanced status code and says what to do"));
}

void Player::expect_queued(std::vector<std::string> recipients)
{
    std::vector<std::string> queued;
    for (const auto& entry : world_.queued())
        queued.push_back(entry.recipient);
    std::sort(queued.begin(), queued.end());
    std::sort(recipients.begin(), recipients.end());
    if (queued == recipients) return;
    std::string text = "the queue holds";
    for (const std::string& recipient : queued)
        text += ' ' + recipient;
    throw std::runtime_error(text);
}

void Player::expect_queued_from(const std::vector<std::string>& patterns)
{
    const auto queued = world_.queued();
    bool fits = queued.size() == patterns.size();
    std::string text = "the queue is from";
    for (std::size_t i = 0; i < queued.size(); ++i) {
        const std::string path = '<' + queued[i].reverse_path + '>';
        fits = fits && matches(expand_pattern(patterns[i], {}), path);
        text += ' ' + path;
    }
    if (!fits) throw std::runtime_error(text);
}

void Player::nothing_unread()
{
    const std::string unread = client().peer->unread();
    if (!unread.empty()) throw std::runtime_error("not expected: " + printable(unread));
    if (client().greeting) throw std::runtime_error("not expected: " + printable(*client().greeting));
}

Client& Player::client()
{
    const auto found = clients_.find(current_);
    if (found == clients_.end()) throw std::runtime_error("nothing is connected");
    return found->second;
}

void Player::finish()
{
    for (auto& [name, client] : clients_) {
        client.peer->close();
        if (!client.peer->ended())
            throw std::runtime_error("connection " + name + ": the server outlives its client");
    }
    world_.secrets().check();
}

} // namespace

std::string_view name(Mode mode)
{
    switch (mode) {
    case Mode::lines:
        return "lines";
    case Mode::burst:
        return "burst";
    case Mode::octets:
        return "octets";
    }
    return {};
}

std::string_view name(Transport transport)
{
    return transport == Transport::memory ? "memory" : "socket";
}

bool applies(const Script& script, Mode mode, Transport transport)
{
    for (const Item& item : script.items) {
        if (item.kind == Kind::only &&
            std::find(item.words.begin(), item.words.end(), name(mode)) == item.words.end())
            return false;
        // A socket of ours has no address but the loopback's.
        if (item.kind == Kind::connect && transport == Transport::socket && !option(item, "from", "").empty())
            return false;
    }
    return true;
}

void play(const Script& script, Mode mode, Transport transport)
{
    std::size_t item = 0;
    try {
        Player player(script, mode, transport);
        while (item < script.items.size())
            item = player.play(script.items, item);
        player.finish();
    } catch (const std::exception& fault) {
        const int line =
            script.items.empty() ? 0 : script.items[std::min(item, script.items.size() - 1)].line;
        throw std::runtime_error(script.file.string() + ':' + std::to_string(line) + " (" +
                                 std::string(name(mode)) + ", " + std::string(name(transport)) +
                                 "): " + fault.what());
    }
}

} // namespace pillarbox::transcripts
