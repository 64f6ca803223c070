#include "server/base/config_key_kinds.hpp"
#include "server/base/setting_values.hpp"

#include <fmt/format.h>

namespace pillarbox::setting {

const std::vector<Key>& mail_keys()
{
    static const std::vector<Key> all{
        single("outbound.mode",
               [](Config& c, const std::string& v) {
                   using Mode = Config::Outbound::Mode;
                   c.outbound.mode = choose<Mode>(
                       v, {{"direct", Mode::direct}, {"smarthost", Mode::smarthost}, {"hold", Mode::hold}});
               }),
        single("outbound.smarthost",
               [](Config& c, const std::string& v) { c.outbound.smarthost = parse_smtp_url(v); }),
        single("outbound.smarthost_password_file",
               [](Config& c, const std::string& v) { c.outbound.smarthost_password_file = v; }),
        single("outbound.smarthost_ca_file",
               [](Config& c, const std::string& v) { c.outbound.smarthost_ca_file = v; }),
        single("outbound.port",
               [](Config& c, const std::string& v) {
                   c.outbound.port = static_cast<std::uint16_t>(parse_count(v, 1, 65535));
               }),
        {"outbound.routes", true,
         [](Config& c, const Values& values) {
             c.outbound.routes.clear();
             for (const auto& value : values)
                 c.outbound.routes.push_back(parse_mail_route(value));
         }},
        single("outbound.passwords_file",
               [](Config& c, const std::string& v) { c.outbound.passwords_file = v; }),
        single("outbound.messages_per_minute",
               [](Config& c, const std::string& v) { c.outbound.messages_per_minute = parse_pace(v); }),
        single("outbound.mta_sts",
               [](Config& c, const std::string& v) {
                   c.outbound.mta_sts = choose<bool>(v, {{"true", true}, {"false", false}});
               }),
        single("outbound.mta_sts_port",
               [](Config& c, const std::string& v) {
                   c.outbound.mta_sts_port = static_cast<std::uint16_t>(parse_count(v, 1, 65535));
               }),
        single("outbound.dane",
               [](Config& c, const std::string& v) {
                   c.outbound.dane = choose<bool>(v, {{"true", true}, {"false", false}});
               }),
        single("outbound.downgrade",
               [](Config& c, const std::string& v) {
                   c.outbound.refuse_downgrade = choose<bool>(v, {{"note", false}, {"refuse", true}});
               }),
        single("outbound.suppress_after",
               [](Config& c, const std::string& v) {
                   c.outbound.suppress_after = static_cast<std::uint32_t>(parse_count(v, 0, 1'000));
               }),
        single("outbound.suppress_for",
               [](Config& c, const std::string& v) {
                   c.outbound.suppress_for = parse_time(v);
                   if (c.outbound.suppress_for < std::chrono::hours(1) ||
                       c.outbound.suppress_for > std::chrono::days(365))
                       throw BadValue(fmt::format("'{}' is out of range; write 1h to 365d", v));
               }),
        single("outbound.tls_reports",
               [](Config& c, const std::string& v) {
                   c.outbound.tls_reports = choose<bool>(v, {{"true", true}, {"false", false}});
               }),
        single("mta_sts.mode",
               [](Config& c, const std::string& v) {
                   using Mode = Config::MtaSts::Mode;
                   c.mta_sts.mode = choose<Mode>(v, {{"off", Mode::off},
                                                     {"none", Mode::none},
                                                     {"testing", Mode::testing},
                                                     {"enforce", Mode::enforce}});
               }),
        single("mta_sts.max_age",
               [](Config& c, const std::string& v) {
                   c.mta_sts.max_age = parse_time(v);
                   // RFC 8461 §3.2; below a day it protects from little.
                   if (c.mta_sts.max_age < std::chrono::hours(1) ||
                       c.mta_sts.max_age > std::chrono::days(365))
                       throw BadValue(fmt::format("'{}' is out of range; write 1h to 365d", v));
               }),
        single("verify.mode",
               [](Config& c, const std::string& v) {
                   using Mode = Config::Verify::Mode;
                   c.verify.mode = choose<Mode>(
                       v, {{"off", Mode::off}, {"note", Mode::note}, {"enforce", Mode::enforce}});
               }),
        single("verify.quarantine",
               [](Config& c, const std::string& v) {
                   c.verify.quarantine_to_junk = choose<bool>(v, {{"junk", true}, {"inbox", false}});
               }),
        single("verify.dns_fault",
               [](Config& c, const std::string& v) {
                   c.verify.defer_on_fault = choose<bool>(v, {{"accept", false}, {"defer", true}});
               }),
        {"verify.arc_trusted", true,
         [](Config& c, const Values& values) {
             c.verify.arc_trusted.clear();
             for (const auto& value : values)
                 c.verify.arc_trusted.push_back(parse_host_name(value));
         }},
        single("verify.dmarc_reports",
               [](Config& c, const std::string& v) {
                   using enum DmarcReports;
                   c.verify.dmarc_reports =
                       choose<DmarcReports>(v, {{"off", off}, {"rfc9990", rfc9990}, {"rfc7489", rfc7489}});
               }),
        networks("verify.except", [](Config& c) -> auto& { return c.verify.except; }),
        single("junk.mode",
               [](Config& c, const std::string& v) {
                   using Mode = Config::Junk::Mode;
                   c.junk.mode = choose<Mode>(
                       v, {{"off", Mode::off}, {"note", Mode::note}, {"enforce", Mode::enforce}});
               }),
        single("junk.limit", [](Config& c, const std::string& v) { c.junk.limit = parse_score(v); }),
        single("junk.refuse", [](Config& c, const std::string& v) { c.junk.refuse = parse_score(v); }),
        dns_lists("junk.block_lists", [](Config& c) -> auto& { return c.junk.block_lists; }),
        dns_lists("junk.allow_lists", [](Config& c) -> auto& { return c.junk.allow_lists; }),
        patience("junk.dns_patience", std::chrono::seconds(30),
                 [](Config& c) -> auto& { return c.junk.dns_patience; }),
        single("junk.learn",
               [](Config& c, const std::string& v) {
                   c.junk.learn = choose<bool>(v, {{"true", true}, {"false", false}});
               }),
        single("junk.greylist",
               [](Config& c, const std::string& v) {
                   c.junk.greylist = choose<bool>(v, {{"true", true}, {"false", false}});
               }),
        patience("junk.greylist_delay", std::chrono::hours(1),
                 [](Config& c) -> auto& { return c.junk.greylist_delay; }),
        single("junk.rspamd", [](Config& c, const std::string& v) { c.junk.rspamd = parse_http_url(v); }),
        endpoints("junk.milters", [](Config& c) -> auto& { return c.junk.milters; }),
        single("junk.webhook", [](Config& c, const std::string& v) { c.junk.webhook = parse_http_url(v); }),
        single("junk.webhook_secret_file",
               [](Config& c, const std::string& v) { c.junk.webhook_secret_file = v; }),
        patience("junk.hook_patience", std::chrono::seconds(60),
                 [](Config& c) -> auto& { return c.junk.hook_patience; }),
        single("junk.hook_fault",
               [](Config& c, const std::string& v) {
                   c.junk.defer_on_hook_fault = choose<bool>(v, {{"accept", false}, {"defer", true}});
               }),
    };
    return all;
}

} // namespace pillarbox::setting
