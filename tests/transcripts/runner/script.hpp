#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace pillarbox::transcripts {

/// A conversation as a text file. A line is one of
///
///     # a comment
///     set KEY VALUE               a setting, before everything else
///     account NAME PASSWORD [admin]
///                                 NAME without a domain is in example.test;
///                                 escapes make a password with spaces
///     app-password NAME LABEL PASSWORD [apop]
///     pop3-terms NAME LOGIN-DELAY EXPIRE
///                                 as the settings, or - for the server's own
///     alias ADDRESS TARGET...
///     alias-off ADDRESS           disables one that is there
///     alias-ended ADDRESS TARGET...
///                                 one whose time is over
///     sender NAME PERMITTED       lets the account send from that
///     message NAME [junk]         delivered to that account; its lines follow
///     | one line of the message   (text.hpp has the escapes, here as below)
///     |<the last line, without a line end
///     connect PROTOCOL [as NAME] [from ADDRESS]
///     use NAME                    go on with another connection
///     C: what the client sends    with CRLF
///     C<: what the client sends   as it stands
///     S: what the server sends    a line; `*` stands for anything
///     S*N: what it sends N times
///     S...: any lines, and then this one
///     tls                         the client begins TLS
///     close                       the client ends its side
///     closed                      the server has ended, and said nothing more
///     queued ADDRESS...           exactly these wait to go to other servers
///     queued-from PATTERN...      and these are their reverse-paths, as <...>, in
///                                 the order in which they came
///     stepwise                    the client sends nothing before it has all answers
///     only MODE...                lines, burst or octets
///
/// `message` may stand between the lines of a conversation, too. Nothing the
/// server says may be left out.
struct Item
{
    enum class Kind
    {
        set,
        account,
        app_password,
        pop3_terms,
        alias,
        alias_off,
        alias_ended,
        sender,
        message,
        connect,
        use,
        send,
        expect,
        tls,
        close,
        closed,
        queued,
        queued_from,
        stepwise,
        only
    };

    Kind kind = Kind::send;
    int line = 0;                     // in the file
    std::vector<std::string> words{}; // a directive's arguments
    std::string text{};               // of send, expect and message; escapes are still in it
    bool skips = false;               // expect: other lines may come before it
};

struct Script
{
    std::filesystem::path file;
    std::vector<Item> items;
};

/// Throws std::runtime_error that names file and line.
Script read_script(const std::filesystem::path& file);

} // namespace pillarbox::transcripts
