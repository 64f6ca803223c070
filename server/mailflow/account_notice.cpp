#include "server/mailflow/account_notice.hpp"

#include "server/mime/date.hpp"

#include <fmt/format.h>

namespace pillarbox::mailflow {

std::string account_notice(const AccountNotice& notice)
{
    const auto domain = notice.address.substr(notice.address.rfind('@') + 1);
    const auto time = mime::format_date(notice.time);
    std::string text = fmt::format("Date: {}\r\n"
                                   "From: Pillarbox <postmaster@{}>\r\n"
                                   "To: {}\r\n"
                                   "Subject: {}\r\n"
                                   "Message-ID: <{}@{}>\r\n"
                                   "Auto-Submitted: auto-generated\r\n" // RFC 3834 §5
                                   "MIME-Version: 1.0\r\n"
                                   "Content-Type: text/plain; charset=utf-8\r\n"
                                   "Content-Transfer-Encoding: 8bit\r\n"
                                   "\r\n",
                                   time, domain, notice.address, notice.subject, notice.id, notice.hostname);
    text += fmt::format("{}, on {}.\r\n", notice.subject, notice.hostname);
    if (!notice.detail.empty()) text += fmt::format("{}\r\n", notice.detail);
    text += fmt::format("\r\n"
                        "  When       {}\r\n"
                        "  From       {}\r\n",
                        time, notice.peer);
    if (!notice.agent.empty()) text += fmt::format("  With       {}\r\n", notice.agent);
    text += "\r\n"
            "If that was you, there is nothing to do.\r\n"
            "\r\n"
            "If it was not, sign in and look at your settings, in the menu at the top\r\n"
            "right: change your password, which signs everybody else out, and revoke\r\n"
            "the app passwords and API tokens that you do not know. If you cannot sign\r\n"
            "in any more, ask whoever runs this server.\r\n";
    return text;
}

} // namespace pillarbox::mailflow
