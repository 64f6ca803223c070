#include "server/admin/pop3.hpp"

#include "server/admin/actions.hpp"
#include "server/admin/address.hpp"
#include "server/admin/tool.hpp"
#include "server/base/setting_values.hpp"

#include <fmt/format.h>

#include <optional>

namespace pillarbox::admin {

namespace {

/// What was chosen, in its option's words; nothing for the server's own.
template <class Parse>
auto chosen(std::string_view option, const std::string& text, Parse parse)
    -> std::optional<decltype(parse(text))>
{
    if (text == "default") return std::nullopt;
    try {
        return parse(text);
    } catch (const setting::BadValue& error) {
        throw Failed(fmt::format("{}: {}; or default", option, error.what()));
    }
}

} // namespace

std::string expire_text(std::chrono::days expire)
{
    return expire == storage::never_expires ? "never" : fmt::format("{}d", expire.count());
}

void set_pop3(const Context& context, const Pop3Options& options)
{
    const auto address = parse_address(options.address);
    if (options.login_delay.empty() && options.expire.empty())
        throw Failed("say what is to hold, with --login-delay or --expire");
    Tool tool(context.config);
    const auto account = tool.wait(tool.accounts().find(account_of(tool, address)));
    if (!account) throw Failed(account.error().message());
    auto terms = account->pop3;
    if (!options.login_delay.empty())
        terms.login_delay = chosen("--login-delay", options.login_delay, setting::parse_login_delay);
    if (!options.expire.empty()) terms.expire = chosen("--expire", options.expire, setting::parse_expire);
    const auto changed = tool.wait(tool.accounts().set_pop3(address, terms));
    if (!changed) throw Failed(changed.error().message());
    const auto& pop3 = context.config.pop3;
    fmt::print("{} waits {}s between sign-ins, and its mail expires: {}\n", address,
               terms.login_delay.value_or(pop3.login_delay).count(),
               expire_text(terms.expire.value_or(pop3.expire)));
}

std::string keep_text(std::optional<std::chrono::seconds> grace)
{
    return grace ? "until-fetched " + time_text(*grace) : "forever";
}

std::string time_text(std::chrono::seconds time)
{
    constexpr std::pair<std::int64_t, char> units[] = {{86'400, 'd'}, {3'600, 'h'}, {60, 'm'}};
    for (const auto& [seconds, unit] : units) {
        if (time.count() > 0 && time.count() % seconds == 0)
            return fmt::format("{}{}", time.count() / seconds, unit);
    }
    return fmt::format("{}s", time.count());
}

} // namespace pillarbox::admin
