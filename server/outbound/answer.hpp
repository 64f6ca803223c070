#pragma once

#include "server/outbound/reply_reader.hpp"

#include <string>

namespace pillarbox::outbound {

/// What became of a message for one recipient, or of a conversation.
struct Answer
{
    enum class Kind
    {
        delivered, // another server answers for it now
        later,     // worth another attempt
        failed     // for good
    };

    Kind kind = Kind::later;
    std::string status;      // enhanced status code, RFC 3463
    std::string words;       // the server's, code first, or ours; in one line
    bool theirs = false;     // the words are the server's
    bool at_once = false;    // later, and there is no reason to wait: it took others
    bool minds_time = false; // delivered, to a server that knows by when it should be (RFC 2852)
    bool tells = false;      // delivered, to a server that tells the sender what he asked for (RFC 3461)
};

/// As a reply says it: what is neither positive nor permanent is for later.
inline Answer answer_of(const ServerReply& reply)
{
    auto kind = Answer::Kind::later;
    if (reply.positive()) kind = Answer::Kind::delivered;
    if (reply.permanent()) kind = Answer::Kind::failed;
    return {kind, reply.status(), reply.words(), true};
}

/// What we ourselves have to say.
inline Answer our_answer(Answer::Kind kind, std::string status, std::string words)
{
    return {kind, std::move(status), std::move(words)};
}

} // namespace pillarbox::outbound
