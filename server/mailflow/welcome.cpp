#include "server/mailflow/welcome.hpp"

#include "server/mime/date.hpp"

#include <fmt/format.h>

namespace pillarbox::mailflow {

namespace {

std::string port_line(std::string_view what, const std::string& hostname, std::uint16_t port)
{
    if (port == 0) return {};
    return fmt::format("  {:<18}{}, port {}, TLS\r\n", what, hostname, port);
}

} // namespace

std::string welcome_message(const Welcome& welcome)
{
    const auto domain = welcome.address.substr(welcome.address.rfind('@') + 1);
    std::string text =
        fmt::format("Date: {}\r\n"
                    "From: Pillarbox <postmaster@{}>\r\n"
                    "To: {}\r\n"
                    "Subject: Welcome to Pillarbox\r\n"
                    "Message-ID: <{}@{}>\r\n"
                    "Auto-Submitted: auto-generated\r\n" // RFC 3834 §5
                    "MIME-Version: 1.0\r\n"
                    "Content-Type: text/plain; charset=utf-8\r\n"
                    "\r\n",
                    mime::format_date(welcome.time), domain, welcome.address, welcome.id, welcome.hostname);
    text += fmt::format("Your mail server is set up, and this message came through it.\r\n"
                        "\r\n"
                        "In a mail program on a phone or a computer, enter:\r\n"
                        "\r\n"
                        "  {:<18}{}\r\n",
                        "User name", welcome.address);
    text += port_line("Incoming, POP3", welcome.hostname, welcome.pop3s);
    text += port_line("Outgoing, SMTP", welcome.hostname, welcome.submissions);
    text += fmt::format("\r\n"
                        "What is left to do, in any order:\r\n"
                        "\r\n"
                        "  - Publish an MX record for {0} that names {1},\r\n"
                        "    so that other servers find it.\r\n"
                        "  - Give it a certificate that mail programs trust:\r\n"
                        "    tls.certificate and tls.key in the configuration.\r\n"
                        "  - See that port 25 is open in both directions, and that the\r\n"
                        "    reverse name of its address is {1}.\r\n"
                        "  - Make a backup:  pillarbox backup FOLDER\r\n"
                        "\r\n"
                        "More people, domains and aliases are added in the menu at the top right,\r\n"
                        "under Administration. Each account can be used at once.\r\n",
                        domain, welcome.hostname);
    return text;
}

} // namespace pillarbox::mailflow
