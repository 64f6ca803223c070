#pragma once

#include "server/transfer/dot_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::transfer {

/// A POP3 client's side of the conversation that reads a maildrop and changes
/// nothing in it (RFC 1939): from the greeting to the list of all messages, then
/// the messages that are asked for, then QUIT. It is fed what came and says what
/// is to be sent; nothing that a server sends can make it keep more than that
/// list and one piece. It knows no socket: whoever owns one pumps octets.
class Pop3Dialogue
{
public:
    /// `start_tls`: asks for STLS before anything else, and fails without.
    Pop3Dialogue(std::string user, std::string password, bool start_tls);

    enum class Kind
    {
        more,    // send what take_output() has, then feed() it
        secure,  // begin TLS, then tell secured()
        listed,  // messages() are known; retrieve() them, or quit()
        text,    // a piece of the oldest message asked for, until the next call
        end,     // of that message
        refused, // that message is not given; `text` is why, in the server's words
        done,    // QUIT was answered
        failed   // it cannot go on; `text` is why
    };

    struct Event
    {
        Kind kind = Kind::more;
        std::string_view text = {};
    };

    /// The next octets that came, at most some hundred KiB; only after `more`.
    void feed(std::string_view octets);

    /// What comes next. After `listed`, and after a message's `end`, it is `more`
    /// only while something that was asked for is outstanding.
    Event next();

    /// What is to be sent; each is said once.
    std::string take_output();

    /// TLS was begun.
    void secured();

    struct Message
    {
        std::string unique_id;    // UIDL's
        std::uint64_t octets = 0; // LIST's, which need not be true
    };

    /// All of the maildrop, in its order: the first one is number 1.
    const std::vector<Message>& messages() const { return messages_; }

    /// How many messages may be asked for before the first of them has come.
    std::size_t most_outstanding() const { return pipelining_ ? 8 : 1; }

    /// Asks for a message, by its number.
    void retrieve(std::size_t number);
    std::size_t outstanding() const { return asked_.size(); }

    /// The number of the message that is on its way; 0 when none is.
    std::size_t current() const { return asked_.empty() ? 0 : asked_.front(); }

    /// Says goodbye, once nothing is outstanding.
    void quit();

private:
    enum class Step
    {
        greeting,
        capabilities,
        stls,
        securing,
        plain,    // AUTH PLAIN was said
        response, // and the response to it
        user,
        pass,
        stat,
        unique_ids,
        sizes,
        messages,
        quit,
        over
    };

    /// Empty: nothing to tell yet, look again.
    using Told = std::optional<Event>;

    std::optional<std::string_view> take_line();
    Told take_reply(std::string_view line);
    Told take_answer(bool good, std::string_view line);
    Told take_stat(std::string_view line);
    Told read_message();
    Told read_listing();
    void take_listed(std::string_view line);
    void take_capability(std::string_view line);
    void take_entry(std::string_view line);
    void end_listing();
    void begin_text();
    void ask(Step step, std::string_view command);
    void sign_in();
    void fail(std::string_view what, std::string_view line);

    std::string user_;
    std::string password_;
    bool start_tls_;
    Step step_ = Step::greeting;
    std::string input_;
    std::size_t position_ = 0;
    std::string output_;
    std::string text_; // of the multi-line reply that is being read
    DotReader reader_;
    bool in_text_ = false;
    bool announced_ = false; // `listed` was said
    bool plain_ = false;
    bool pipelining_ = false;
    std::vector<Message> messages_;
    std::vector<bool> listed_; // which numbers the listing has named
    std::size_t lines_ = 0;    // of it
    std::deque<std::size_t> asked_;
    std::string reason_; // once it has failed
};

} // namespace pillarbox::transfer
