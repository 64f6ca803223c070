#include "web/api/client_settings.hpp"

#include "web/http/secret.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pillarbox::api {

namespace {

using Kind = ClientServer::Kind;
using Security = ClientServer::Security;

constexpr std::size_t longest_in_request = 254; // octets of an address

std::string escape(std::string_view text)
{
    std::string result;
    for (const char c : text) {
        switch (c) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        default:
            // XML 1.0 has no other controls, not even escaped.
            if (static_cast<unsigned char>(c) >= ' ') result += c;
        }
    }
    return result;
}

const ClientServer* best(const ClientSettings& settings, Kind kind)
{
    const auto at = std::ranges::find(settings.servers, kind, &ClientServer::kind);
    return at == settings.servers.end() ? nullptr : &*at;
}

/// The same UUID for the same text: of version 8, whose content is free.
std::string uuid_of(std::string_view text)
{
    const std::string hex = http::sha256(text);
    return fmt::format("{}-{}-8{}-8{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(13, 3),
                       hex.substr(17, 3), hex.substr(20, 12));
}

std::string_view truth(bool value)
{
    return value ? "<true/>" : "<false/>";
}

std::string_view socket_type(Security security)
{
    switch (security) {
    case Security::tls:
        return "SSL";
    case Security::starttls:
        return "STARTTLS";
    case Security::none:
        break;
    }
    return "plain";
}

std::string_view encryption(Security security)
{
    switch (security) {
    case Security::tls:
        return "SSL";
    case Security::starttls:
        return "TLS";
    case Security::none:
        break;
    }
    return "None";
}

} // namespace

std::vector<ClientServer> client_servers(const Config& config)
{
    std::vector<ClientServer> servers;
    const bool tls = !config.tls.off();
    const auto add = [&](Kind kind, Security security, const std::vector<Endpoint>& listen) {
        if (!listen.empty()) servers.push_back({kind, security, config.published(listen)});
    };
    const auto upgraded = tls ? Security::starttls : Security::none;
    if (tls) add(Kind::pop3, Security::tls, config.pop3s.listen);
    add(Kind::pop3, upgraded, config.pop3.listen);
    if (tls) add(Kind::smtp, Security::tls, config.submissions.listen);
    add(Kind::smtp, upgraded, config.submission.listen);
    return servers;
}

std::string thunderbird_config(const ClientSettings& settings)
{
    const auto domain = escape(settings.domain);
    std::string text = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                   "<clientConfig version=\"1.1\">\n"
                                   "  <emailProvider id=\"{0}\">\n"
                                   "    <domain>{0}</domain>\n"
                                   "    <displayName>{0}</displayName>\n"
                                   "    <displayShortName>{0}</displayShortName>\n",
                                   domain);
    for (const auto& server : settings.servers) {
        const bool pop3 = server.kind == Kind::pop3;
        const std::string_view element = pop3 ? "incomingServer" : "outgoingServer";
        text += fmt::format("    <{0} type=\"{1}\">\n"
                            "      <hostname>{2}</hostname>\n"
                            "      <port>{3}</port>\n"
                            "      <socketType>{4}</socketType>\n"
                            "      <authentication>password-cleartext</authentication>\n"
                            "      <username>%EMAILADDRESS%</username>\n"
                            "    </{0}>\n",
                            element, pop3 ? "pop3" : "smtp", escape(settings.name), server.port,
                            socket_type(server.security));
    }
    return text + "  </emailProvider>\n</clientConfig>\n";
}

std::string outlook_autodiscover(const ClientSettings& settings)
{
    std::string text =
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
        "<Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006\">\n"
        "  <Response "
        "xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a\">\n"
        "    <Account>\n"
        "      <AccountType>email</AccountType>\n"
        "      <Action>settings</Action>\n";
    for (const auto kind : {Kind::pop3, Kind::smtp}) {
        const auto* server = best(settings, kind);
        if (!server) continue;
        text += fmt::format("      <Protocol>\n"
                            "        <Type>{}</Type>\n"
                            "        <Server>{}</Server>\n"
                            "        <Port>{}</Port>\n"
                            "        <LoginName>{}</LoginName>\n"
                            "        <DomainRequired>off</DomainRequired>\n"
                            "        <SPA>off</SPA>\n"
                            "        <SSL>{}</SSL>\n"
                            "        <Encryption>{}</Encryption>\n"
                            "        <AuthRequired>on</AuthRequired>\n"
                            "      </Protocol>\n",
                            kind == Kind::pop3 ? "POP3" : "SMTP", escape(settings.name), server->port,
                            escape(settings.address), server->security == Security::tls ? "on" : "off",
                            encryption(server->security));
    }
    return text + "    </Account>\n  </Response>\n</Autodiscover>\n";
}

std::string apple_profile(const ClientSettings& settings)
{
    const auto address = escape(settings.address);
    const auto name = escape(settings.name);
    const auto* pop3 = best(settings, Kind::pop3);
    const auto* smtp = best(settings, Kind::smtp);
    const auto identifier = escape("pillarbox." + settings.name + "." + settings.address);
    std::string text =
        fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                    "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
                    "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
                    "<plist version=\"1.0\">\n<dict>\n"
                    "  <key>PayloadType</key><string>Configuration</string>\n"
                    "  <key>PayloadVersion</key><integer>1</integer>\n"
                    "  <key>PayloadIdentifier</key><string>{0}</string>\n"
                    "  <key>PayloadUUID</key><string>{1}</string>\n"
                    "  <key>PayloadDisplayName</key><string>Mail of {2}</string>\n"
                    "  <key>PayloadOrganization</key><string>{3}</string>\n"
                    "  <key>PayloadContent</key>\n  <array>\n    <dict>\n"
                    "      <key>PayloadType</key><string>com.apple.mail.managed</string>\n"
                    "      <key>PayloadVersion</key><integer>1</integer>\n"
                    "      <key>PayloadIdentifier</key><string>{0}.mail</string>\n"
                    "      <key>PayloadUUID</key><string>{4}</string>\n"
                    "      <key>PayloadDisplayName</key><string>{2}</string>\n"
                    "      <key>EmailAccountType</key><string>EmailTypePOP</string>\n"
                    "      <key>EmailAccountDescription</key><string>{2}</string>\n"
                    "      <key>EmailAddress</key><string>{2}</string>\n",
                    identifier, uuid_of("profile " + settings.address + " " + settings.name), address,
                    escape(settings.domain), uuid_of("mail " + settings.address + " " + settings.name));
    const auto add = [&](std::string_view side, const ClientServer* server) {
        if (!server) return;
        text +=
            fmt::format("      <key>{0}MailServerHostName</key><string>{1}</string>\n"
                        "      <key>{0}MailServerPortNumber</key><integer>{2}</integer>\n"
                        "      <key>{0}MailServerUseSSL</key>{3}\n"
                        "      <key>{0}MailServerUsername</key><string>{4}</string>\n"
                        "      <key>{0}MailServerAuthentication</key><string>EmailAuthPassword</string>\n",
                        side, name, server->port, truth(server->security != Security::none), address);
    };
    add("Incoming", pop3);
    add("Outgoing", smtp);
    return text + "      <key>OutgoingPasswordSameAsIncomingPassword</key><true/>\n"
                  "    </dict>\n  </array>\n</dict>\n</plist>\n";
}

std::string outlook_address(std::string_view request)
{
    constexpr std::string_view begin = "<EMailAddress>";
    constexpr std::string_view end = "</EMailAddress>";
    const auto from = request.find(begin);
    if (from == std::string_view::npos) return {};
    const auto text = request.substr(from + begin.size());
    const auto to = text.find(end);
    if (to == std::string_view::npos || to > longest_in_request) return {};
    auto address = text.substr(0, to);
    constexpr std::string_view white = " \t\r\n";
    address.remove_prefix(std::min(address.find_first_not_of(white), address.size()));
    address.remove_suffix(address.size() - (address.find_last_not_of(white) + 1));
    return std::string(address);
}

} // namespace pillarbox::api
