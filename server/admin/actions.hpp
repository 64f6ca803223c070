#pragma once

#include "server/base/config.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What each verb does, once its arguments are read. All print their answer to
/// standard output and throw Failed with the sentence for standard error.
namespace pillarbox::admin {

struct Context
{
    const Config& config;
    bool json = false; // listings as JSON
};

void add_domain(const Context& context, const std::string& name);
void list_domains(const Context& context);
void remove_domain(const Context& context, const std::string& name);

/// How much mail a domain's accounts may keep together. `size` as in the
/// configuration, or "none".
void set_domain_quota(const Context& context, const std::string& name, const std::string& size);

/// What ends a name in the domain's addresses: as addresses.separators, or
/// "none", or "default" for that.
void set_domain_separators(const Context& context, const std::string& name, const std::string& separators);

/// Every record that the domain has to publish: as a table, or as a zone file.
void show_dns(const Context& context, const std::string& domain, bool zone);

/// Looks at what DNS says of the domain, or of all, and at what else mail depends
/// on, and says how to mend it. Throws Failed when anything is wrong.
void examine(const Context& context, const std::string& domain);

/// What its mail is signed with. New keys wait until they are activated, so that
/// they can be published first.
void list_dkim_keys(const Context& context, const std::string& domain);
void rotate_dkim_keys(const Context& context, const std::string& domain);
void activate_dkim_keys(const Context& context, const std::string& domain);
void remove_dkim_key(const Context& context, const std::string& domain, const std::string& selector);

struct AccountOptions
{
    std::string address;
    bool password_stdin = false;
    bool admin = false;
    std::string quota; // as a size; empty: the server's default
};

void add_account(const Context& context, const AccountOptions& options);
void list_accounts(const Context& context);
void set_password(const Context& context, const std::string& address, bool password_stdin);
/// Shows a link with which the account's password can be set in a browser, once.
void make_reset_link(const Context& context, const std::string& address);
void set_enabled(const Context& context, const std::string& address, bool enabled);

/// How much mail an account may keep. `size` as in the configuration, or
/// "default" for the server's.
void set_quota(const Context& context, const std::string& address, const std::string& size);
void remove_account(const Context& context, const std::string& address);

/// What an account has of its own for POP3, as the configuration writes it, or
/// "default"; empty: as it is.
struct Pop3Options
{
    std::string address;
    std::string login_delay;
    std::string expire;
};

void set_pop3(const Context& context, const Pop3Options& options);

/// `ADDRESS PASSWORD` a line, all in one transaction. `file` may be "-".
void import_accounts(const Context& context, const std::string& file);

/// With `apop` the password is kept sealed too, so that APOP can use it.
void add_app_password(const Context& context, const std::string& address, const std::string& label, bool apop,
                      bool password_stdin);
void list_app_passwords(const Context& context, const std::string& address);
void revoke_app_password(const Context& context, const std::string& address, const std::string& label);

/// Who fetches the account's mail by POP3, and when it last did.
void list_devices(const Context& context, const std::string& address);

/// How long an account keeps what all its devices have fetched.
struct KeepChoice
{
    std::string address;
    std::string until; // "forever" or "until-fetched"; empty: only show it
    std::string grace; // as a time in the configuration; empty: 7d
};

void keep_fetched(const Context& context, const KeepChoice& choice);

/// What an account may send from besides what reaches it: an address, or
/// "@example.org" for a whole domain.
void add_sender(const Context& context, const std::string& address, const std::string& permitted);
void list_senders(const Context& context, const std::string& address);
void remove_sender(const Context& context, const std::string& address, const std::string& permitted);

/// What an account says of senders, addresses or "@example.org": whose mail is
/// never junk, where it is verified, and whose always is.
void allow_sender(const Context& context, const std::string& address, const std::string& sender);
void block_sender(const Context& context, const std::string& address, const std::string& sender);
void forget_sender(const Context& context, const std::string& address, const std::string& sender);
void list_ruled_senders(const Context& context, const std::string& address);

/// Lets the filter of an account forget what it has learned of junk.
void reset_filter(const Context& context, const std::string& address);

/// An address that leads to others.
struct AliasOptions
{
    std::string address;
    std::vector<std::string> targets;
    std::string until; // a day, or a day and a time, of UTC; empty: for good
};

void add_alias(const Context& context, const AliasOptions& options);
void list_aliases(const Context& context);
void remove_alias(const Context& context, const std::string& address);
void set_alias_enabled(const Context& context, const std::string& address, bool enabled);

void list_queue(const Context& context);
void show_queued(const Context& context, std::int64_t id);
void drop_queued(const Context& context, std::int64_t id);

/// What is done to an entry of the queue, or to all of them.
struct QueueChoice
{
    std::int64_t id = 0;
    bool all = false; // instead
};

void hold_queued(const Context& context, const QueueChoice& choice);
void release_queued(const Context& context, const QueueChoice& choice);
void retry_queued(const Context& context, const QueueChoice& choice);

/// Addresses elsewhere that get no more mail, for they are dead; and one of them again.
void list_suppressed(const Context& context);
void lift_suppressed(const Context& context, const std::string& address);

/// The best TLS that mail to a domain has had, which less is compared with; and
/// that it is forgotten.
void show_tls(const Context& context, const std::string& domain);
void forget_tls(const Context& context, const std::string& domain);

/// What to look for in an account's mail.
struct SearchChoice
{
    std::string address;
    std::vector<std::string> words; // of the query
    std::size_t limit = 50;
    std::int64_t thread = 0; // instead: the conversation of this message
};

/// Lists the messages that a query finds, newest first, or those of a
/// conversation, oldest first.
void search(const Context& context, const SearchChoice& choice);

/// Whose deleted messages, and which of them.
struct VaultChoice
{
    std::string address;
    std::vector<std::int64_t> messages;
    bool all = false; // instead
};

/// What of an account was deleted and can be had back, what was deleted last first.
void list_vault(const Context& context, const std::string& address);

/// Puts messages back where they were. More than 500 are several transactions.
void restore_from_vault(const Context& context, const VaultChoice& choice);

/// Lets messages go for good, before their time.
void forget_in_vault(const Context& context, const VaultChoice& choice);

/// Whose mail, or which message, and since when.
struct TraceChoice
{
    std::string what;        // an address, a Message-ID, or the id in `stored as ID`
    std::string since;       // a time ago, as in the configuration; empty: as long as it is known
    std::size_t limit = 100; // messages
};

/// Tells what happened to messages, in the order of time.
void trace(const Context& context, const TraceChoice& choice);

/// Which sessions; what is empty is not asked for.
struct TranscriptChoice
{
    std::string peer;    // its address
    std::string account; // its address
    std::string protocol;
    std::size_t limit = 100;
    bool as_test = false; // of one: as a script that the runner of tests/transcripts plays
};

/// Lists what was kept of sessions, the last one first.
void list_transcripts(const Context& context, const TranscriptChoice& choice);

/// Shows what was said in a session; its log lines have the id. `as_test`: as
/// a script that the runner of tests/transcripts plays.
void show_transcript(const Context& context, const std::string& id, bool as_test);

/// From where, or to where, and whose mail.
struct TransferOptions
{
    std::string path;    // "-": standard input or output
    std::string address; // the account's
    std::string folder;  // empty: all, as the source or the account has them
};

/// A maildrop on another server, whose URL is the path; its password comes from
/// a file, from standard input or from the terminal.
struct MaildropOptions : TransferOptions
{
    std::string password_file;
    bool password_stdin = false;
    std::string ca_file; // whose certificates are trusted; empty: the system's
};

/// All can be stopped and run again. With `json` the summary is one object.
void import_mbox(const Context& context, const TransferOptions& options);
void import_maildir(const Context& context, const TransferOptions& options);
void import_pop3(const Context& context, const MaildropOptions& options);
void export_mbox(const Context& context, const TransferOptions& options);
void export_maildir(const Context& context, const TransferOptions& options);

/// Checks every row and every octet that is kept; throws Failed when anything
/// is wrong. With `repair` mends it, while no server runs.
void verify_store(const Context& context, bool repair);

/// Copies everything that is kept to a directory, beside a running server.
void back_up(const Context& context, const std::string& destination);

/// What of a backup is meant, and what for.
struct RestoreChoice
{
    std::string source;
    bool replace = false; // move aside what is in the data directory
    bool list = false;    // only show what there is
    std::string address;  // one account's mail; empty: everything
    std::string mailbox;
    std::vector<std::int64_t> messages;
    std::string to; // the folder for it
};

/// Shows a backup, makes the data directory from it, or brings some of its
/// messages back beside a running server.
void restore(const Context& context, const RestoreChoice& choice);

/// Checks what reading the configuration alone does not: that certificate and
/// key fit, that the data directory can be used.
void check_config(const Context& context);

/// Asks the server that runs with this configuration whether it is ready.
void healthcheck(const Context& context);

} // namespace pillarbox::admin
