#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace pillarbox::net {

/// What of a client's line may be kept: its beginning as it came, and instead
/// of the rest a word for people. Each protocol decides, and what it does not
/// know to be harmless is withheld.
struct Shown
{
    std::string_view text;
    std::string_view withheld{}; // a literal; empty: the text is all there was

    bool operator==(const Shown&) const = default;
};

/// The dialogue of one connection as it is kept: what was said, when, and how
/// it ended, but no secret and no message. Replies enter as Connection::put()
/// is given them; of the client only what its session hands to heard(); of
/// bodies their number of octets.
///
/// A line is the seconds since the connection was made and one of
///
///     C: what the client sent
///     S: what the server sent
///     ** what happened
///
/// with `\xHH` for octets beyond printable ASCII and `\\` for a backslash.
/// What stands in angle brackets was not sent so: `PASS <secret>`,
/// `<1234 octets of message 3>`. At most 32 KiB are kept; of what follows, the
/// number of lines.
///
/// Used on the connection's reactor. Adding a line appends to one buffer, and
/// never throws: a line for which there is no memory counts as left out.
class Transcript
{
public:
    using Clock = std::chrono::steady_clock;

    /// Whose dialogue it is.
    struct About
    {
        std::string session{}; // as log lines carry it
        std::string protocol{};
        std::string peer{};          // its address
        std::string account{};       // its address; empty before anybody has signed in
        std::int64_t account_id = 0; // 0 likewise
        std::chrono::sys_time<std::chrono::milliseconds> began{};
        std::chrono::milliseconds lasted{};
        std::string end{}; // `quit`, or the reason as in the log: `timed_out`
    };

    /// Takes what is finished. Any thread.
    class Keeper
    {
    public:
        virtual ~Keeper() = default;
        virtual void keep(About about, std::string text) noexcept = 0;
    };

    /// The keeper outlives it.
    Transcript(About about, Keeper& keeper);
    Transcript(const Transcript&) = delete;
    Transcript& operator=(const Transcript&) = delete;

    void heard(const Shown& line) noexcept;
    /// Whole lines, with CRLF.
    void said(std::string_view lines) noexcept;
    void note(std::string_view what) noexcept;

    /// Who signed in: the address, and the id of the account, which no other
    /// ever has.
    void signed_in(std::string account, std::int64_t id)
    {
        about_.account = std::move(account);
        about_.account_id = id;
    }

    /// As log lines carry it.
    const std::string& session() const { return about_.session; }

    /// The client said QUIT: so did it end, if nothing else is said to finish().
    void quit() { quit_ = true; }

    /// `reason` as in the log; empty when the dialogue came to its own end.
    /// What is said after it, last words, still enters.
    void ended(std::string_view reason) noexcept;

    /// Hands everything to the keeper. The last call.
    void finish() noexcept;

    /// While one lives, what is said stays out: the challenges of an exchange
    /// of secrets. Afterwards their number is noted.
    class Hidden
    {
    public:
        explicit Hidden(Transcript* transcript);
        ~Hidden();
        Hidden(const Hidden&) = delete;
        Hidden& operator=(const Hidden&) = delete;

    private:
        Transcript* transcript_; // null: nothing is kept
    };

private:
    friend class Passing;

    std::chrono::milliseconds since_beginning() const;
    /// Appends what `write` does as one line, or nothing of it.
    template <class Write>
    void line(Write write) noexcept;
    void begin(std::string_view mark);
    void append(std::string_view text);

    About about_;
    Keeper& keeper_;
    const Clock::time_point began_;
    std::string text_;
    std::size_t room_ = std::size_t{32} * 1024;
    std::uint64_t left_out_ = 0; // lines
    std::uint32_t hidden_ = 0;   // lines
    bool hiding_ = false;
    bool quit_ = false;
};

/// Octets of a body that pass by. When it goes, be it that the connection
/// ended, their number is kept: `<1234 octets of message 3>`.
class Passing
{
public:
    enum class From
    {
        client,
        server
    };

    /// `what` is a literal; without a number, 0. Without a transcript nothing is kept.
    Passing(Transcript* transcript, From from, std::string_view what, std::uint32_t number = 0)
        : transcript_(transcript), from_(from), what_(what), number_(number)
    {}
    ~Passing();
    Passing(const Passing&) = delete;
    Passing& operator=(const Passing&) = delete;

    void count(std::size_t octets) { octets_ += octets; }

private:
    Transcript* transcript_;
    From from_;
    std::string_view what_;
    std::uint32_t number_;
    std::uint64_t octets_ = 0;
};

/// Makes a connection's transcript; empty where none are kept.
using MakeTranscript =
    std::function<std::unique_ptr<Transcript>(const std::string& session, const std::string& peer)>;

} // namespace pillarbox::net
