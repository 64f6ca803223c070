#include "server/base/config_keys.hpp"

#include "server/base/ascii.hpp"
#include "server/base/config_key_kinds.hpp"
#include "server/base/setting_values.hpp"

#include <fmt/format.h>

namespace pillarbox::setting {

namespace {

/// `argon2id:t=2,m=19456`: passes, and memory in KiB.
void password_hash(Config::Auth& auth, std::string_view text)
{
    const auto bad = [text] {
        return BadValue(fmt::format("'{}' is no password hash; write argon2id or argon2id:t=2,m=19456, "
                                    "t from 1 to 10 passes, m from 8 to 1048576 KiB",
                                    text));
    };
    std::string_view rest = text;
    if (ascii::take_until(rest, ':') != "argon2id") throw bad();
    while (!rest.empty()) {
        std::string_view value = ascii::take_until(rest, ',');
        const auto name = ascii::take_until(value, '=');
        const auto number = ascii::parse_number<unsigned>(value);
        if (name == "t" && number && *number >= 1 && *number <= 10)
            auth.hash_passes = *number;
        else if (name == "m" && number && *number >= 8 && *number <= 1048576)
            auth.hash_kib = *number;
        else
            throw bad();
    }
}

} // namespace

const std::vector<Key>& keys()
{
    static const std::vector<Key> all = [] {
        std::vector<Key> keys{
        single("hostname", [](Config& c, const std::string& v) { c.hostname = parse_host_name(v); }),
        single("data_dir",
               [](Config& c, const std::string& v) {
                   if (v.empty()) throw BadValue("it must name a directory");
                   c.data_dir = v;
               }),
        {"published_ports", true,
         [](Config& c, const Values& values) {
             c.published_ports.clear();
             for (const auto& value : values)
                 c.published_ports.insert(parse_published_port(value));
         }},
        endpoints("smtp.listen", [](Config& c) -> auto& { return c.smtp.listen; }),
        single("smtp.max_message_size",
               [](Config& c, const std::string& v) {
                   c.smtp.max_message_size = parse_size(v);
                   if (c.smtp.max_message_size < 64ul * 1024 || c.smtp.max_message_size > 2ull << 30)
                       throw BadValue(
                           fmt::format("'{}' is out of range; write 64K (RFC 5321 4.5.3.1.7) to 2G", v));
               }),
        single("smtp.max_recipients",
               [](Config& c, const std::string& v) {
                   // RFC 5321 §4.5.3.1.8: at least 100.
                   c.smtp.max_recipients = static_cast<std::uint32_t>(parse_count(v, 100, 100'000));
               }),
        single("smtp.greet_delay",
               [](Config& c, const std::string& v) {
                   c.smtp.greet_delay = parse_time(v);
                   // RFC 5321 §4.5.3.2.1: clients wait five minutes, and many less.
                   if (c.smtp.greet_delay > std::chrono::minutes(1))
                       throw BadValue(fmt::format("'{}' is too long; write 1m or less, or 0s for none", v));
               }),
        single("smtp.space_after_colon",
               [](Config& c, const std::string& v) {
                   c.smtp.space_after_colon = choose<bool>(v, {{"true", true}, {"false", false}});
               }),
        count("smtp.connections_per_minute", [](Config& c) -> auto& { return c.smtp.connections_per_minute; }),
        count("smtp.messages_per_hour", [](Config& c) -> auto& { return c.smtp.messages_per_hour; }),
        endpoints("lmtp.listen", [](Config& c) -> auto& { return c.lmtp.listen; }),
        networks("lmtp.from", [](Config& c) -> auto& { return c.lmtp.from; }),
        endpoints("submission.listen", [](Config& c) -> auto& { return c.submission.listen; }),
        count("submission.messages_per_hour",
              [](Config& c) -> auto& { return c.submission.messages_per_hour; }),
        count("submission.recipients_per_hour",
              [](Config& c) -> auto& { return c.submission.recipients_per_hour; }),
        endpoints("submissions.listen", [](Config& c) -> auto& { return c.submissions.listen; }),
        endpoints("pop3.listen", [](Config& c) -> auto& { return c.pop3.listen; }),
        single("pop3.idle_timeout",
               [](Config& c, const std::string& v) {
                   c.pop3.idle_timeout = parse_time(v);
                   if (c.pop3.idle_timeout < std::chrono::seconds(1))
                       throw BadValue("it must be at least 1s");
               }),
        single("pop3.maildrop_lock",
               [](Config& c, const std::string& v) {
                   using Lock = Config::Pop3::Lock;
                   c.pop3.maildrop_lock =
                       choose<Lock>(v, {{"shared", Lock::shared}, {"exclusive", Lock::exclusive}});
               }),
        single("pop3.login_delay",
               [](Config& c, const std::string& v) { c.pop3.login_delay = parse_login_delay(v); }),
        single("pop3.expire", [](Config& c, const std::string& v) { c.pop3.expire = parse_expire(v); }),
        single("pop3.implementation",
               [](Config& c, const std::string& v) {
                   c.pop3.implementation = choose<bool>(v, {{"true", true}, {"false", false}});
               }),
        endpoints("pop3s.listen", [](Config& c) -> auto& { return c.pop3s.listen; }),
        endpoints("http.listen", [](Config& c) -> auto& { return c.http.listen; }),
        endpoints("https.listen", [](Config& c) -> auto& { return c.https.listen; }),
        endpoints("metrics.listen", [](Config& c) -> auto& { return c.metrics.listen; }),
        single("tls.certificate", [](Config& c, const std::string& v) { c.tls.certificate = v; }),
        single("tls.key", [](Config& c, const std::string& v) { c.tls.key = v; }),
        single("tls.client_ca", [](Config& c, const std::string& v) { c.tls.client_ca = v; }),
        single("auth.allow_plaintext",
               [](Config& c, const std::string& v) {
                   using Plaintext = Config::Auth::Plaintext;
                   c.auth.allow_plaintext = choose<Plaintext>(v, {{"never", Plaintext::never},
                                                                  {"loopback", Plaintext::loopback},
                                                                  {"always", Plaintext::always}});
               }),
        {"auth.mechanisms", true,
         [](Config& c, const Values& values) { c.auth.mechanisms = parse_mechanisms(values); }},
        single("auth.cache",
               [](Config& c, const std::string& v) {
                   c.auth.cache = parse_time(v);
                   if (c.auth.cache > std::chrono::hours(1))
                       throw BadValue(fmt::format("'{}' is too long; write 1h or less, or 0s for none", v));
               }),
        single("auth.oauth_keys", [](Config& c, const std::string& v) { c.auth.oauth_keys = v; }),
        single("auth.oauth_issuer", [](Config& c, const std::string& v) { c.auth.oauth_issuer = v; }),
        single("auth.oauth_audience", [](Config& c, const std::string& v) { c.auth.oauth_audience = v; }),
        single("auth.oauth_scope", [](Config& c, const std::string& v) { c.auth.oauth_scope = v; }),
        single("auth.oauth_user_claim",
               [](Config& c, const std::string& v) {
                   if (v.empty()) throw BadValue("it must name a claim, such as email");
                   c.auth.oauth_user_claim = v;
               }),
        single("auth.oauth_introspection",
               [](Config& c, const std::string& v) { c.auth.oauth_introspection = parse_http_url(v); }),
        single("auth.oauth_client_id", [](Config& c, const std::string& v) { c.auth.oauth_client_id = v; }),
        single("auth.oauth_client_secret_file",
               [](Config& c, const std::string& v) { c.auth.oauth_client_secret_file = v; }),
        single("auth.password_hash", [](Config& c, const std::string& v) { password_hash(c.auth, v); }),
        single("limits.connections",
               [](Config& c, const std::string& v) {
                   c.limits.connections = static_cast<std::uint32_t>(parse_count(v, 1, 1'000'000));
               }),
        single("limits.connections_per_ip",
               [](Config& c, const std::string& v) {
                   c.limits.connections_per_ip = static_cast<std::uint32_t>(parse_count(v, 1, 1'000'000));
               }),
        networks("limits.exempt", [](Config& c) -> auto& { return c.limits.exempt; }),
        single("addresses.separators",
               [](Config& c, const std::string& v) { c.addresses.separators = parse_separators(v); }),
        networks("proxy.from", [](Config& c) -> auto& { return c.proxy.from; }),
        networks("xclient.from", [](Config& c) -> auto& { return c.xclient.from; }),
        single("setup.domain", [](Config& c, const std::string& v) { c.setup.domain = v; }),
        single("setup.admin", [](Config& c, const std::string& v) { c.setup.admin = v; }),
        single("setup.password_file", [](Config& c, const std::string& v) { c.setup.password_file = v; }),
        endpoints("dns.servers", [](Config& c) -> auto& { return c.dns.servers; }),
        single("dns.trust_anchor", [](Config& c, const std::string& v) { c.dns.trust_anchor = v; }),
        single("storage.url",
               [](Config& c, const std::string& v) {
                   if (v != "sqlite:")
                       throw BadValue(fmt::format("'{}' is no store that is built in; write sqlite:", v));
                   c.storage.url = v;
               }),
        single("storage.quota", [](Config& c, const std::string& v) { c.storage.quota = parse_size(v); }),
        single("storage.reserve", [](Config& c, const std::string& v) { c.storage.reserve = parse_size(v); }),
        single("storage.vault", [](Config& c, const std::string& v) { c.storage.vault = parse_time(v); }),
        single("storage.search",
               [](Config& c, const std::string& v) {
                   c.storage.search = choose<bool>(v, {{"true", true}, {"false", false}});
               }),
        single("transcripts.keep",
               [](Config& c, const std::string& v) { c.transcripts.keep = parse_time(v); }),
        single("transcripts.size",
               [](Config& c, const std::string& v) {
                   c.transcripts.size = parse_size(v);
                   if (c.transcripts.size < 1ull << 20)
                       throw BadValue(fmt::format(
                           "'{}' is too little; write 1M or more, or transcripts.keep = \"0s\" for none", v));
               }),
        single("events.keep", [](Config& c, const std::string& v) { c.events.keep = parse_time(v); }),
        single("events.most",
               [](Config& c, const std::string& v) { c.events.most = parse_count(v, 1'000, 1'000'000'000); }),
        single("log.format",
               [](Config& c, const std::string& v) {
                   c.log.format =
                       choose<Log::Format>(v, {{"text", Log::Format::text}, {"json", Log::Format::json}});
               }),
        single("log.level",
               [](Config& c, const std::string& v) {
                   c.log.level = choose<Log::Level>(v, {{"debug", Log::Level::debug},
                                                        {"info", Log::Level::info},
                                                        {"warning", Log::Level::warning},
                                                        {"error", Log::Level::error}});
               }),
        single("test.mode",
               [](Config& c, const std::string& v) {
                   c.test.mode = choose<bool>(v, {{"true", true}, {"false", false}});
               }),
        single("test.sink", [](Config& c, const std::string& v) { c.test.sink = v; }),
        {"test.pop3_faults", true,
         [](Config& c, const Values& values) {
             using enum Config::Test::Pop3Fault;
             c.test.pop3_faults.clear();
             for (const auto& value : values)
                 c.test.pop3_faults.push_back(choose<Config::Test::Pop3Fault>(
                     value, {{"stall-retr", stall_retr},
                             {"wrong-size", wrong_size},
                             {"doubled-uidl", doubled_uidl},
                             {"in-use", in_use},
                             {"drop-before-quit-answer", drop_before_quit_answer}}));
         }},
    };
        keys.insert(keys.end(), mail_keys().begin(), mail_keys().end());
        return keys;
    }();
    return all;
}

} // namespace pillarbox::setting
