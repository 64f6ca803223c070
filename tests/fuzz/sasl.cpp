// A whole exchange: the first line is AUTH's argument, each further one a
// response. Credentials that come out hold no NUL and are not empty.

#include "server/auth/sasl.hpp"
#include "server/base/ascii.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    namespace sasl = pillarbox::auth::sasl;
    std::string_view lines(reinterpret_cast<const char*>(data), size);
    auto exchange = sasl::Exchange::open(pillarbox::ascii::take_until(lines, '\n'));
    if (!exchange) return 0;
    sasl::Step step = exchange->start();
    int challenges = 0;
    while (step.kind == sasl::Step::Kind::challenge) {
        if (++challenges > 2) std::abort(); // no mechanism here asks more than twice
        step = exchange->feed(pillarbox::ascii::take_until(lines, '\n'));
    }
    if (step.kind != sasl::Step::Kind::complete) return 0;
    const auto& [user, password] = exchange->credentials();
    if (user.empty() || user.find('\0') != std::string::npos) std::abort();
    if (password.empty() || password.find('\0') != std::string::npos) std::abort();
    return 0;
}
