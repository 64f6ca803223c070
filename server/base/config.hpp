#pragma once

#include "server/base/dmarc_reports.hpp"
#include "server/base/http_url.hpp"
#include "server/base/log.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pillarbox {

/// One address to listen on, `ADDRESS:PORT`; IPv6 in brackets.
struct Endpoint
{
    std::string address; // an IP literal, without brackets
    std::uint16_t port = 0;

    bool operator==(const Endpoint&) const = default;
};

/// A server that sends our mail on: `smtp://user@host:587`, or `smtps://`.
struct SmtpUrl
{
    bool tls = false; // from the first octet; otherwise STARTTLS
    std::string user; // empty: nobody signs in
    std::string host; // a name or an address, without brackets; empty: there is no URL
    std::uint16_t port = 0;

    bool operator==(const SmtpUrl&) const = default;
};

/// Where mail for one domain goes, whatever DNS says.
struct MailRoute
{
    /// What is asked of TLS there.
    enum class Tls
    {
        offered,   // where the server offers it
        encrypted, // no mail without it
        verified   // nor with a certificate that is not the server's
    };

    std::string domain;
    SmtpUrl to;
    bool lmtp = false; // RFC 2033, instead of SMTP
    Tls tls = Tls::offered;
    std::optional<std::uint32_t> messages_per_minute{}; // 0: no limit; nothing: as outbound has it

    bool operator==(const MailRoute&) const = default;
};

/// A network, `192.0.2.0/24`; an address alone means itself.
struct Network
{
    std::string address;
    unsigned prefix = 0; // bits

    bool operator==(const Network&) const = default;
};

/// A list of addresses in DNS, RFC 5782: `zen.example=4/127.0.0.2-127.0.0.11`.
struct DnsList
{
    std::string zone;
    double weight = 4; // of being on it

    // Answers that count, IPv4 addresses as numbers.
    std::uint32_t first = 0x7F000000;
    std::uint32_t last = 0x7FFFFFFF;

    bool operator==(const DnsList&) const = default;
};

/// Every setting, with its default. Immutable once loaded; SIGHUP loads
/// another, which new sessions get. The keys are the members' names with dots.
struct Config
{
    std::string hostname; // empty in the file: the machine's FQDN
    std::filesystem::path data_dir = "/var/lib/pillarbox";
    std::map<std::uint16_t, std::uint16_t> published_ports; // by which others reach ours; else by the same

    /// The port by which others reach this one of ours.
    std::uint16_t published(std::uint16_t port) const;

    /// The same of the first; 0: nobody listens.
    std::uint16_t published(const std::vector<Endpoint>& listen) const;

    struct Smtp
    {
        std::vector<Endpoint> listen{{"::", 25}};
        std::uint64_t max_message_size = 50ull << 20; // octets; announced by SIZE
        std::uint32_t max_recipients = 1000;          // for each message
        std::chrono::seconds greet_delay{0};          // who speaks meanwhile is sent away; port 25 only
        bool space_after_colon = true;                // "MAIL FROM: <name@example.org>" is taken

        // From one address, or IPv6 /64; 0: as many as they like.
        std::uint32_t connections_per_minute = 100;
        std::uint32_t messages_per_hour = 3000;
    } smtp;

    struct Lmtp
    {
        std::vector<Endpoint> listen;                              // nowhere, unless told to
        std::vector<Network> from{{"127.0.0.0", 8}, {"::1", 128}}; // who may deliver
    } lmtp;

    struct Listener
    {
        std::vector<Endpoint> listen;
    };

    struct Submission : Listener
    {
        // Of one account, over all ports; 0: as many as it likes.
        std::uint32_t messages_per_hour = 300;
        std::uint32_t recipients_per_hour = 3000;
    } submission{{{{"::", 587}}}};
    Listener submissions{{{"::", 465}}};

    struct Pop3
    {
        enum class Lock
        {
            shared,
            exclusive
        };

        /// As `expire`: it stays until somebody deletes it.
        static constexpr auto never = std::chrono::days::max();

        std::vector<Endpoint> listen{{"::", 110}};
        std::chrono::seconds idle_timeout{600}; // at least 10 min, RFC 1939 §3
        Lock maildrop_lock = Lock::shared;
        std::chrono::seconds login_delay{0}; // between sign-ins of one account, RFC 2449 §6.5
        bool implementation = true;          // whether CAPA names it, RFC 2449 §6.9
        std::chrono::days expire = never;    // mail leaves the Inbox then, RFC 2449 §6.7; 0: once retrieved
    } pop3;
    Listener pop3s{{{"::", 995}}};

    Listener http{{{"::", 8080}}};
    Listener https{{{"::", 8443}}};
    Listener metrics{{{"127.0.0.1", 9100}}};

    struct Tls
    {
        std::filesystem::path certificate; // PEM; empty: a self-signed one; "none": no TLS
        std::filesystem::path key;         // PEM
        std::filesystem::path client_ca;   // PEM; whose certificates users may sign in with; may be empty
        bool off() const { return certificate == "none"; }
    } tls;

    struct Auth
    {
        enum class Plaintext
        {
            never,
            loopback,
            always
        };

        Plaintext allow_plaintext = Plaintext::loopback;       // may passwords cross without TLS
        unsigned hash_passes = 2;                              // argon2id t
        unsigned hash_kib = 19456;                             // argon2id m, KiB
        std::vector<std::string> mechanisms{"PLAIN", "LOGIN"}; // of SASL, the best first
        std::chrono::seconds cache{60};                        // a verified password is known for so long

        // How the tokens of OAUTHBEARER and XOAUTH2 are checked.
        std::filesystem::path oauth_keys; // JWK Set; empty: there is none
        std::string oauth_issuer;         // iss of every token
        std::string oauth_audience;       // among its aud
        std::string oauth_scope;          // what it must be good for; may be empty
        std::string oauth_user_claim = "email";
        HttpUrl oauth_introspection; // instead of keys: the provider is asked
        std::string oauth_client_id; // as whom
        std::filesystem::path oauth_client_secret_file;

        /// Whether a mechanism is named that signs in with a token.
        bool takes_tokens() const
        {
            const auto is_bearer = [](const std::string& name) {
                return name == "OAUTHBEARER" || name == "XOAUTH2";
            };
            return std::ranges::any_of(mechanisms, is_bearer);
        }
    } auth;

    struct Limits
    {
        std::uint32_t connections = 20000;      // for each listener
        std::uint32_t connections_per_ip = 100; // for each listener
        std::vector<Network> exempt;            // no rates, delays or per-address limits
    } limits;

    struct Addresses
    {
        /// Any of these ends a name in an address; what follows is its owner's.
        std::string separators = "+";
    } addresses;

    struct Proxy
    {
        std::vector<Network> from; // whose connections begin with whom they are for
    } proxy;

    struct Xclient
    {
        std::vector<Network> from; // who may say by XCLIENT whose mail it is
    } xclient;

    struct Setup
    {
        std::string domain; // made at the first start
        std::string admin;  // address; made at the first start
        std::filesystem::path password_file;
        std::string password; // from PILLARBOX_SETUP_PASSWORD only
    } setup;

    struct Outbound
    {
        enum class Mode
        {
            direct,    // to the servers of the recipients' domains
            smarthost, // all to one server
            hold       // it waits in the queue
        };

        Mode mode = Mode::direct;
        SmtpUrl smarthost;
        std::filesystem::path smarthost_password_file;
        std::filesystem::path smarthost_ca_file; // PEM; empty: the system's authorities
        std::uint16_t port = 25;                 // of other servers, RFC 5321 §4.5.4.2
        bool mta_sts = true;                     // policies of other domains are followed, RFC 8461
        std::uint16_t mta_sts_port = 443;        // where they are fetched
        bool dane = true;                        // and what DNSSEC says of their servers, RFC 7672
        bool refuse_downgrade = false;           // no mail with less TLS than a domain has had
        bool tls_reports = false;                // who asks for it is told how TLS went, RFC 8460
        std::vector<MailRoute> routes;           // before `mode`, unless that is hold
        std::filesystem::path passwords_file;    // of the routes' users
        std::uint32_t messages_per_minute = 0;   // to each destination; 0: no limit

        // An address elsewhere that is dead so often in a row gets no more mail (0: it does),
        // for so long after the last time.
        std::uint32_t suppress_after = 3;
        std::chrono::seconds suppress_for = std::chrono::days{30};
    } outbound;

    /// The policy that this server publishes for its own domains, RFC 8461.
    struct MtaSts
    {
        enum class Mode
        {
            off,
            none,    // there is a policy no more, for those who remember one
            testing, // failures are only reported
            enforce
        };

        Mode mode = Mode::off;
        std::chrono::seconds max_age = std::chrono::days{7}; // others remember it for so long
    } mta_sts;

    struct Verify
    {
        enum class Mode
        {
            off,
            note,   // what was found is written down, and nothing follows
            enforce // what a domain's owner asks for is done
        };

        Mode mode = Mode::enforce;
        bool quarantine_to_junk = true; // what is suspicious goes to Junk; false: to the Inbox
        bool defer_on_fault = false;    // what DNS cannot tell now is asked for again; false: accepted
        // Domains whose seals count where DMARC fails, RFC 8617.
        std::vector<std::string> arc_trusted{};
        DmarcReports dmarc_reports = DmarcReports::off; // who asks for it is told what DMARC found
        // Whose mail is not verified: by default networks that are nobody's in public.
        std::vector<Network> except{{"127.0.0.0", 8},   {"::1", 128},        {"10.0.0.0", 8},
                                    {"172.16.0.0", 12}, {"192.168.0.0", 16}, {"169.254.0.0", 16},
                                    {"fc00::", 7},      {"fe80::", 10}};
    } verify;

    struct Junk
    {
        enum class Mode
        {
            off,
            note,   // what speaks for junk is written down, and nothing follows
            enforce // junk goes to Junk
        };

        Mode mode = Mode::enforce;
        double limit = 5;  // from this score on a message goes to Junk
        double refuse = 0; // from this one on it is refused; 0: never
        std::vector<DnsList> block_lists;
        std::vector<DnsList> allow_lists;
        std::chrono::seconds dns_patience{3}; // for all lists together
        bool learn = true;                    // people teach a filter of their own by what they move
        bool greylist = false;                // suspicious servers are asked to come again
        std::chrono::seconds greylist_delay{300};

        // Programs that have a say.
        HttpUrl rspamd;
        std::vector<Endpoint> milters;
        HttpUrl webhook;
        std::filesystem::path webhook_secret_file;
        std::chrono::seconds hook_patience{10}; // for each of them
        bool defer_on_hook_fault = false;       // one that does not answer is asked again; false: accepted
    } junk;

    struct Dns
    {
        std::vector<Endpoint> servers;      // empty: those of /etc/resolv.conf
        std::filesystem::path trust_anchor; // that DNSSEC is checked with; empty: it is not
    } dns;

    struct Storage
    {
        std::string url = "sqlite:";
        std::uint64_t quota = 1ull << 30;                   // octets for each account without its own
        std::uint64_t reserve = 64ull << 20;                // octets of disk to leave free
        bool search = true;                                 // whether messages are indexed
        std::chrono::seconds vault = std::chrono::days{14}; // what is deleted can be had back for so long
    } storage;

    struct Transcripts
    {
        std::chrono::seconds keep = std::chrono::days{7}; // 0: none are kept
        std::uint64_t size = 64ull << 20;                 // octets of all of them
    } transcripts;

    struct Events
    {
        std::chrono::seconds keep = std::chrono::days{30}; // what happened to mail is known for so long
        std::uint64_t most = 1'000'000;                    // and so much of it
    } events;

    struct Logging
    {
        Log::Format format = Log::Format::text;
        Log::Level level = Log::Level::info;
    } log;

    struct Test
    {
        enum class Pop3Fault
        {
            stall_retr,
            wrong_size,
            doubled_uidl,
            in_use,
            drop_before_quit_answer
        };

        bool mode = false;                  // a server to test clients with, not one for mail
        std::vector<Pop3Fault> pop3_faults; // only with `mode`
        std::string sink; // the account that all mail goes to which is nobody's here; only with `mode`
    } test;
};

/// A setting that cannot be used. what() names file, line and key, and says
/// what would be right.
class ConfigError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// Where settings come from, later ones winning.
struct ConfigSources
{
    /// As given by --config; without it `pillarbox.toml` here, then
    /// /etc/pillarbox/pillarbox.toml, if they exist.
    std::optional<std::filesystem::path> file;
    std::map<std::string, std::string> environment; // PILLARBOX_... variables
    std::vector<std::string> set;                   // KEY=VALUE, from --set
    Config base;                                    // the defaults, changed by --demo
};

/// Reads and checks everything. Throws ConfigError.
Config load_config(const ConfigSources& sources);

/// The process's environment variables whose names begin with PILLARBOX_.
std::map<std::string, std::string> config_environment();

} // namespace pillarbox
