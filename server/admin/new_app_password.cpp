#include "server/admin/new_app_password.hpp"

#include "server/admin/failed.hpp"
#include "server/auth/digest.hpp"
#include "server/auth/password.hpp"
#include "server/auth/scram.hpp"
#include "server/base/ascii.hpp"

#include <algorithm>

namespace pillarbox::admin {

std::string parse_label(std::string_view text)
{
    const std::string label(ascii::trim(text));
    if (label.empty() || label.size() > longest_label)
        throw Failed("the label names the device, in 1 to 100 octets");
    const auto control = [](unsigned char c) { return c < ' ' || c == 0x7f; };
    if (std::ranges::any_of(label, control)) throw Failed("the label has a control character in it");
    return label;
}

storage::AppPassword new_app_password(const Config& config, std::string_view key, const std::string& address,
                                      const std::string& label, const DevicePassword& password, bool apop)
{
    const auth::HashCost usual{config.auth.hash_passes, config.auth.hash_kib};
    storage::AppPassword entry;
    entry.label = label;
    entry.password_hash =
        auth::hash_password(password.text, password.generated ? auth::app_password_cost : usual);
    entry.scram = auth::scram::make_verifier(key, address, label, password.text);
    if (apop) entry.sealed = auth::seal(key, address, label, password.text);
    return entry;
}

} // namespace pillarbox::admin
