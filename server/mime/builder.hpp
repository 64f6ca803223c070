#pragma once

#include "server/mime/address_list.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::mime {

/// msg-ids that References keeps: the first, which names the thread, and the
/// latest. RFC 5322 §3.6.4 has no limit, and threads go on for years.
inline constexpr std::size_t most_references = 40;

/// A message that a person writes, as plain data. All text is UTF-8; nothing
/// in it can become another field or part.
struct NewMessage
{
    Address from;
    std::vector<Address> to;
    std::vector<Address> cc;
    std::vector<Address> bcc; // drafts have it; mailflow::SubmissionHeader takes it out on sending
    std::string subject;
    std::string text; // LF line ends; a paragraph is a line
    std::chrono::sys_seconds date{};
    std::string message_id;  // with its angle brackets
    std::string in_reply_to; // the same; empty when it answers none
    std::vector<std::string> references;
};

/// A file in it.
struct NewAttachment
{
    std::string name;
    std::string type;    // "image/png"; anything that is none, and messages, go as octets
    std::string charset; // of text; empty when not known
};

/// The header section (RFC 5322 §3.6) and the text, as text/plain;
/// format=flowed (RFC 3676): the whole message, or, with a boundary, the
/// beginning of a multipart/mixed (RFC 2046 §5.1.3). ASCII but for addresses
/// that are not: a message to those needs SMTPUTF8 (needs_utf8()), and is UTF-8
/// throughout.
std::string begin_message(const NewMessage& message, std::string_view boundary = {});

/// What stands between two parts, or before the header of an attachment.
std::string begin_part(std::string_view boundary);

/// An attachment's header; its octets follow, by Base64Writer.
std::string attachment_header(const NewAttachment& attachment);

/// The end of a message that has a boundary.
std::string end_message(std::string_view boundary);

/// Whether an address in it is not ASCII (RFC 6531 §3.6).
bool needs_utf8(const NewMessage& message);

/// A boundary of `random` letters that no encoded text can have, RFC 2045 §6.7.
std::string boundary_of(std::string_view random);

/// The subject of an answer or of a message sent on: with `prefix` ("Re: ",
/// "Fwd: ") in front unless it, or what other programs write, is there already.
std::string prefix_subject(std::string_view prefix, std::string_view subject);

} // namespace pillarbox::mime
