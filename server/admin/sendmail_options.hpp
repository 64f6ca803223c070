#pragma once

#include <string>
#include <vector>

namespace pillarbox::admin {

/// What a program asks of sendmail(1): the options that programs give it, as
/// Sendmail and Postfix have them. Those that would change nothing here are
/// read and dropped.
struct SendmailOptions
{
    enum class Mode
    {
        deliver,     // -bm
        aliases,     // -bi, -I, newaliases: there is nothing to build here
        run_queue,   // -q: it runs by itself
        unsupported, // -bs, -bd, -bv and the like
    };

    Mode mode = Mode::deliver;
    std::string asked;                   // for `unsupported`: the option
    bool sender_given = false;           // -f, -r
    std::string sender;                  // of the envelope; may be empty, the null path
    std::string full_name;               // -F, for a From that is missing
    bool recipients_from_header = false; // -t
    bool dots_are_text = false;          // -i, -oi: a line of one dot does not end the message
    bool verbose = false;                // -v
    std::vector<std::string> recipients;
};

/// Reads the arguments behind the program's name. Letters may stand together
/// (`-ti`), a value in the same word or in the next (`-falice`, `-f alice`).
/// Throws Refused.
SendmailOptions parse_sendmail(const std::vector<std::string>& arguments);

} // namespace pillarbox::admin
