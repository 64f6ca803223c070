#pragma once

#include "storage/unique_id.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace pillarbox::storage {

// Identities. Never reused, in any store, for anything else.
enum class DomainId : std::int64_t
{
};
enum class AccountId : std::int64_t
{
};
enum class MailboxId : std::int64_t
{
};
enum class MessageId : std::int64_t
{
};
enum class QueueId : std::int64_t
{
};
enum class DraftId : std::int64_t
{
};
enum class SubmissionId : std::int64_t
{
};
enum class ApiTokenId : std::int64_t
{
};

/// Another one after each change of what signing in depends on: names of domains
/// and accounts, passwords, app passwords, who is an administrator or disabled,
/// terms for POP3. Whichever process made it.
enum class SignInVersion : std::int64_t
{
};

/// Seconds since the epoch, UTC.
using Time = std::chrono::sys_seconds;

inline Time now()
{
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// How long an Inbox keeps its mail, when it is for good.
inline constexpr auto never_expires = std::chrono::days::max();

/// What a mailbox is for. Every account has one of each but `own`, which are
/// the folders a person makes (RFC 6154 names the same uses).
enum class MailboxRole : std::uint8_t
{
    own = 0,
    inbox,
    drafts,
    sent,
    archive,
    junk,
    trash
};

/// Message flags, a set of bits; RFC 9051 §2.3.2 gives their meaning.
namespace flag {
inline constexpr std::uint32_t seen = 1;
inline constexpr std::uint32_t answered = 2;
inline constexpr std::uint32_t flagged = 4;
inline constexpr std::uint32_t draft = 8;
inline constexpr std::uint32_t forwarded = 16; // the keyword $Forwarded of RFC 9051
} // namespace flag

/// What a list shows of a message, found once, at delivery. Text is UTF-8,
/// decoded and free of control characters.
struct Summary
{
    std::string sender_name;    // From: display name; empty when there is none
    std::string sender_address; // From: addr-spec
    std::string subject;        // at most 300 characters
    std::string preview;        // the beginning of the text, white space folded, at most 200 characters
    std::string message_id;     // with its angle brackets; empty when there is none
    std::string thread_key;     // the first of References, In-Reply-To, Message-ID
    Time date{};                // Date:; the epoch when missing or unreadable
    bool attachments = false;   // at least one part that a person would call a file
};

/// One mailbox a message goes to. `trace` are the fields put on top for this
/// recipient (Return-Path, Delivered-To, Received), with CRLF: kept in the
/// row, so that one untouched body serves all.
struct LocalCopy
{
    AccountId account{};
    std::string trace;
    MailboxRole mailbox = MailboxRole::inbox;
    std::string recipient{}; // the address that brought it here
    std::string judged{};    // what speaks for and against junk, for its event; may be empty
    std::string author{}; // whom the account knows from now on, as Junk::acquaintances() asks; may be empty
};

/// A mailbox and its counters.
struct Mailbox
{
    MailboxId id{};
    MailboxRole role = MailboxRole::own;
    std::string name; // UTF-8
    std::uint32_t messages = 0;
    std::uint32_t unseen = 0;
    std::uint64_t octets = 0;
    std::uint64_t modseq = 0; // rises with every change in it; the ETag of its list
};

/// A message in a mailbox as a list shows it.
struct Listed
{
    MessageId id{};
    MailboxId mailbox{};
    std::uint32_t uid = 0; // rises within the mailbox, RFC 9051 §2.3.1.1
    std::uint32_t flags = 0;
    std::uint64_t size = 0; // octets, trace fields included
    std::uint64_t modseq = 0;
    Time received{};
    Summary summary;
};

/// A message that is new or may have other flags than before.
struct Changed
{
    MessageId id{};
    std::uint32_t uid = 0;
    std::uint32_t flags = 0;
    std::uint64_t modseq = 0; // of its last change
};

/// Where a message was put.
struct Placed
{
    MessageId id{};
    MailboxId mailbox{};
    std::uint32_t uid = 0;
};

/// A message and its copy, or where it was moved.
struct Copied
{
    MessageId from{};
    Placed to;
};

/// What a row of a list is.
enum class Rows : std::uint8_t
{
    messages,
    conversations // messages that answer each other, of one mailbox or of what was found, shown by the newest
};

/// What a row shows of a conversation besides its last message. Of long ones
/// the last 1000 messages count.
struct Gathered
{
    std::uint32_t messages = 0;
    std::uint32_t unseen = 0;
    bool flagged = false;     // one of them
    bool attachments = false; // likewise
};

/// A page of a list: the messages, and how many rows the whole list has.
struct Page
{
    std::vector<Listed> items;
    std::vector<Gathered> conversations{}; // of each item, where rows are conversations
    std::uint32_t total = 0;
    std::uint32_t position = 0; // of the first item in the whole list
    std::uint64_t modseq = 0;   // of the mailbox, in the same snapshot
};

/// A message as POP3 numbers it.
struct MaildropEntry
{
    MessageId id{};
    std::uint64_t size = 0; // octets as RETR sends them, before byte-stuffing
    UniqueId unique_id;
    std::uint32_t uid = 0; // in its mailbox
};

} // namespace pillarbox::storage
