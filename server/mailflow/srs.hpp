#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace pillarbox::mailflow {

/// The sender rewriting scheme: a message that an alias sends on to another
/// server leaves with a reverse-path of this server, from which the original
/// one can be had back. So it passes SPF there, which asks whether a server
/// may send for the reverse-path's domain, and a bounce finds its way. Two forms, as the scheme's paper has
/// them:
///
///     SRS0=hash=day=domain=local@here      for local@domain
///     SRS1=hash=first=opaque@here          for SRS0opaque@first: another server's
///
/// The hash is keyed and has 40 bits, so that nobody can have mail passed on
/// by making such addresses up; letters count in either case, for some servers
/// fold them. Pure: told the day.
class Srs
{
public:
    /// How many days an address is good for. Bounces come within the five that
    /// RFC 5321 §4.5.4.1 gives a queue, and some queues take their time.
    static constexpr int window = 21;

    /// `key` is the server's; what is used here is derived from it.
    explicit Srs(std::string_view key);

    /// The reverse-path to send a message on with that came from `original`,
    /// an address. `domain` is one of this server's. What cannot be written
    /// into another local part, a quoted one or an address literal, or that
    /// would get longer than a path may be (RFC 5321 §4.5.3.1.3), stays as it is.
    /// The result may be longer than the 64 octets that RFC 5321 §4.5.3.1.1 asks
    /// all servers to take; nearly all take more.
    std::string rewrite(std::string_view original, std::string_view domain,
                        std::chrono::sys_days today) const;

    /// Whether a local part has the form; it need not be one of ours.
    static bool has_form(std::string_view local_part);

    struct Undone
    {
        enum class Kind
        {
            genuine,
            forged, // or damaged on its way
            expired
        };

        Kind kind = Kind::forged;
        std::string local_part{}; // of the original, when genuine
        std::string domain{};
    };

    /// Whose bounce a local part that has the form is for.
    Undone undo(std::string_view local_part, std::chrono::sys_days today) const;

private:
    std::string rewritten(std::string_view original, std::string_view domain,
                          std::chrono::sys_days today) const;
    std::string hash(std::string_view text) const;
    bool hash_fits(std::string_view hash, std::string_view text) const;

    std::array<unsigned char, 32> key_{};
};

} // namespace pillarbox::mailflow
