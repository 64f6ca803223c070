#include "server/admin/new_account.hpp"

#include "server/auth/password.hpp"
#include "server/auth/scram.hpp"

#include <utility>

namespace pillarbox::admin {

Verifiers make_verifiers(const Config& config, std::string_view key, std::string_view address,
                         std::string_view password)
{
    const auth::HashCost cost{config.auth.hash_passes, config.auth.hash_kib};
    return {auth::hash_password(password, cost), auth::scram::make_verifier(key, address, {}, password)};
}

storage::NewAccount new_account(const Config& config, std::string_view key, const std::string& address,
                                std::string_view password, bool admin, std::uint64_t quota)
{
    auto verifiers = make_verifiers(config, key, address, password);
    return {address, std::move(verifiers.hash), std::move(verifiers.scram), admin, quota};
}

} // namespace pillarbox::admin
