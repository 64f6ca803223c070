#include "server/auth/sasl_shown.hpp"

#include "server/auth/sasl_names.hpp"
#include "server/base/ascii.hpp"

namespace pillarbox::auth::sasl {

net::Shown shown(std::string_view line, std::string_view argument)
{
    std::string_view response = argument;
    const std::string_view mechanism = ascii::take_until(response, ' ');
    if (!mechanism.empty() && !is_registered(mechanism)) {
        std::string_view rest = line;
        return {ascii::take_until(rest, ' '), "no mechanism"};
    }
    if (mechanism.size() == argument.size()) return {line};
    const char* const end = mechanism.data() + mechanism.size();
    return {line.substr(0, static_cast<std::size_t>(end - line.data())), "secret"};
}

} // namespace pillarbox::auth::sasl
