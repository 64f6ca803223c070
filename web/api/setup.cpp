#include "server/admin/address.hpp"
#include "server/admin/new_account.hpp"
#include "server/admin/prepared_password.hpp"
#include "server/base/random.hpp"
#include "server/mailflow/welcome.hpp"
#include "server/net/offload.hpp"
#include "web/api/admin.hpp"
#include "web/api/json.hpp"
#include "web/api/own_letters.hpp"
#include "web/api/resources.hpp"
#include "web/http/problem.hpp"

#include <boost/asio/thread_pool.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::api {

using http::awaitable;
using http::Context;
using http::Response;

namespace {

constexpr std::string_view set_up_already = "This server is set up already. Sign in instead.";

/// What the routes here share.
struct SettingUp
{
    const http::Site& site;
    mailflow::Intake& intake;
    std::shared_ptr<boost::asio::thread_pool> pool; // a password is hashed there
};

/// What was asked for, in the form that is kept.
struct WantedSetup
{
    std::string domain;
    std::string address;
    std::string password;
};

/// The domain that a server of that name is probably for.
std::string likely_domain(const std::string& hostname)
{
    const auto dot = hostname.find('.');
    if (dot == std::string::npos) return {};
    const auto rest = hostname.substr(dot + 1);
    return rest.find('.') == std::string::npos ? hostname : rest;
}

awaitable<Response> describe_setup(const http::Site& site, const Context& context)
{
    const bool pending = co_await site.setup().pending();
    if (!pending) co_return http::problem(context.request, 404, set_up_already);
    const auto& hostname = site.services().hostname;
    boost::json::object object;
    object["hostname"] = hostname;
    object["domain"] = likely_domain(hostname);
    auto response = json_response(object);
    response.fields.set("Cache-Control", "no-store");
    co_return response;
}

/// A first message, so that the Inbox is not empty and the road is known to work.
awaitable<void> welcome(SettingUp setting_up, std::string address, Log log)
{
    const auto& services = setting_up.site.services();
    const auto config = services.config();
    mailflow::Welcome letter;
    letter.address = address;
    letter.hostname = services.hostname;
    letter.id = random_name(20);
    letter.time = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    letter.pop3s = config->published(config->pop3s.listen);
    letter.submissions = config->published(config->submissions.listen);

    const auto why_not =
        co_await bring(services, setting_up.intake, std::move(address), mailflow::welcome_message(letter));
    if (!why_not.empty()) log.warning("setup.no_welcome", {{"reason", why_not}});
}

awaitable<storage::Result<void>> make(SettingUp setting_up, WantedSetup wanted)
{
    const auto& services = setting_up.site.services();
    auto& accounts = services.store.accounts();
    auto work = [config = services.config(), key = services.secret, wanted] {
        return admin::new_account(*config, key, wanted.address, wanted.password, true);
    };
    auto account = co_await net::offload(*setting_up.pool, std::move(work));
    const auto domain = co_await accounts.add_domain(wanted.domain);
    if (!domain && domain.error() != storage::Errc::already_exists) co_return domain.error();
    std::vector<storage::NewAccount> first;
    first.push_back(std::move(account));
    const auto added = co_await accounts.add(std::move(first));
    co_return added;
}

/// Only one at a time, and once.
class Turn
{
public:
    explicit Turn(http::Setup& setup) : setup_(setup), mine_(setup.take()) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn()
    {
        if (mine_) setup_.give_back();
    }

    bool mine() const { return mine_; }

private:
    http::Setup& setup_;
    bool mine_;
};

awaitable<Response> set_up(SettingUp setting_up, const Context& context)
{
    const auto& request = context.request;
    auto& setup = setting_up.site.setup();
    Members members(request);
    const auto code = members.text("code", longest_code);
    const auto domain = members.text("domain", longest_address);
    const auto address = members.text("address", longest_address);
    const auto password = members.text("password", longest_password);
    const Turn turn(setup);
    const bool pending = co_await setup.pending();
    if (!pending) co_return http::problem(request, 404, set_up_already);
    if (!turn.mine()) co_return http::problem(request, 409, "Somebody is setting this server up just now.");
    auto refused = members.refusal();
    if (refused) co_return std::move(*refused);

    const auto attempt = setup.attempt(code, request.peer);
    if (attempt == http::Setup::Attempt::throttled) {
        auto response = http::problem(request, 429, "Too many wrong codes. Try again in 15 minutes.");
        response.fields.set("Retry-After", "900");
        co_return response;
    }
    if (attempt == http::Setup::Attempt::wrong)
        co_return http::problem(request, 403, "forbidden",
                                "That is not the setup code. The server prints it when it starts.",
                                {{"/code", "The server prints the right one when it starts."}});
    EntryReader read;
    WantedSetup wanted;
    wanted.domain = read("/domain", [&] { return admin::parse_domain(domain); });
    wanted.address = read("/address", [&] { return admin::parse_address(address); });
    wanted.password = read("/password", [&] { return admin::prepare_password(password); });
    if (!wanted.domain.empty() && !wanted.address.empty() && !wanted.address.ends_with('@' + wanted.domain))
        read.note("/address", "The address must be one of that domain: it ends in @" + wanted.domain + ".");
    auto wrong = read.refusal(request);
    if (wrong) co_return std::move(*wrong);
    const auto made = co_await make(setting_up, wanted);
    if (!made) co_return http::problem(request, made.error());
    context.log.info("setup.done", {{"user", wanted.address}});
    co_await welcome(setting_up, wanted.address, context.log);

    boost::json::object object;
    object["address"] = wanted.address;
    auto response = json_response(object);
    response.status = 201;
    response.fields.set("Cache-Control", "no-store");
    co_return response;
}

} // namespace

void add_setup(http::Site& site, mailflow::Intake& intake)
{
    constexpr std::string_view path = "/api/v1/setup";
    const SettingUp setting_up{site, intake, std::make_shared<boost::asio::thread_pool>(1)};
    auto& router = site.router();
    router.add("GET", path, http::Access::open,
               [&site](const Context& c) { return describe_setup(site, c); });
    router.add("POST", path, http::Access::open,
               [setting_up](const Context& c) { return set_up(setting_up, c); });
}

} // namespace pillarbox::api
