#include "web/api/own_letters.hpp"

#include "server/base/random.hpp"
#include "server/mailflow/account_notice.hpp"
#include "server/net/networks.hpp"
#include "web/http/sign_in.hpp"

#include <chrono>
#include <utility>
#include <vector>

namespace pillarbox::api {

using http::awaitable;

awaitable<std::string> bring(const http::Services& services, mailflow::Intake& intake, std::string address,
                             std::string message)
{
    const auto at = address.rfind('@');
    auto route = co_await services.store.accounts().route(address.substr(0, at), address.substr(at + 1));
    if (!route) co_return route.error().message();
    auto spool = services.store.mail().new_spool();
    const auto written = spool->append(message);
    if (!written) co_return written.error().message();
    std::vector<mailflow::Recipient> recipients;
    recipients.push_back({address, *std::move(route)});
    mailflow::Origin origin;
    origin.kind = mailflow::Origin::Kind::local;
    mailflow::Sender nobody;
    const auto verdict =
        co_await intake.accept(std::move(origin), std::move(nobody), std::move(recipients), std::move(spool));
    co_return verdict.accepted() ? std::string() : verdict.text;
}

awaitable<void> Notices::tell(const http::Context& context, std::string address, std::string subject,
                              std::string detail) const
{
    mailflow::AccountNotice notice;
    notice.address = address;
    notice.hostname = services_.hostname;
    notice.id = random_name(20);
    notice.time = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    notice.subject = std::move(subject);
    notice.detail = std::move(detail);
    notice.peer = net::plain_address(context.request.peer).to_string();
    notice.agent = http::agent_of(context.request);
    const auto why_not =
        co_await bring(services_, intake_, std::move(address), mailflow::account_notice(notice));
    if (!why_not.empty()) context.log.warning("account.no_notice", {{"reason", why_not}});
}

} // namespace pillarbox::api
