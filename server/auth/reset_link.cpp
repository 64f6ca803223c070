#include "server/auth/reset_link.hpp"

#include "server/base/random.hpp"

#include <sodium.h>

#include <array>

namespace pillarbox::auth {

NewResetLink make_reset_link(storage::AccountId account)
{
    constexpr std::size_t length = 32; // 5 bits each
    NewResetLink made;
    made.code = random_name(length);
    made.stored.digest = digest_of_code(made.code);
    made.stored.account = account;
    made.stored.created = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    made.stored.expires = made.stored.created + reset_link_life;
    return made;
}

std::string digest_of_code(std::string_view code)
{
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(code.data()), code.size());
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string reset_url(std::string_view origin, std::string_view code)
{
    std::string url(origin);
    return url.append("/set-password#").append(code);
}

} // namespace pillarbox::auth
