#include "web/http/setup.hpp"

#include "server/base/ascii.hpp"
#include "server/base/random.hpp"
#include "web/http/secret.hpp"

#include <chrono>
#include <utility>

namespace pillarbox::http {

namespace {

constexpr std::size_t code_length = 8;

/// The letters and digits of it, in lower case.
std::string plain(std::string_view code)
{
    std::string text;
    for (const char c : code) {
        const char lower = ascii::lower(c);
        if ((lower >= 'a' && lower <= 'z') || ascii::is_digit(lower)) text += lower;
    }
    return text;
}

} // namespace

Setup::Setup(storage::Accounts& accounts, std::string code, std::vector<Network> exempt)
    : accounts_(accounts), code_(plain(code)), done_(code_.empty()), throttle_(std::move(exempt))
{}

boost::asio::awaitable<bool> Setup::pending()
{
    if (done_) co_return false;
    const auto accounts = co_await accounts_.list();
    if (accounts && !accounts->empty()) done_ = true; // by a verb, it may be
    co_return !done_;
}

Setup::Attempt Setup::attempt(std::string_view code, const boost::asio::ip::address& peer)
{
    const auto now = std::chrono::steady_clock::now();
    const std::scoped_lock lock(mutex_);
    if (throttle_.check(peer, now).refused) return Attempt::throttled;
    if (same_secret(plain(code), code_)) return Attempt::right;
    throttle_.failed(peer, now);
    return Attempt::wrong;
}

std::string make_setup_code()
{
    std::string code = random_name(code_length);
    for (char& c : code)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return code.insert(code_length / 2, "-");
}

} // namespace pillarbox::http
