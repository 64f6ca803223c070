#include "server/auth/password.hpp"

#include "server/base/ascii.hpp"
#include "server/base/precis.hpp"
#include "server/base/random.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>

namespace pillarbox::auth {

namespace {

/// libsodium picks its implementations once, thread-safely.
void prepare()
{
    static const int ready = sodium_init();
    if (ready < 0)
        throw std::runtime_error(
            "libsodium cannot be used on this machine: it found no source of randomness");
}

/// The number behind `key` in "m=19456,t=2,p=1".
unsigned parameter(std::string_view list, std::string_view key)
{
    while (!list.empty()) {
        std::string_view item = ascii::take_until(list, ',');
        if (!item.starts_with(key)) continue;
        item.remove_prefix(key.size());
        return ascii::parse_number<unsigned>(item).value_or(0);
    }
    return 0;
}

} // namespace

std::string hash_password(std::string_view password, HashCost cost)
{
    prepare();
    const std::size_t memory = std::size_t{cost.kib} * 1024;
    if (cost.passes < crypto_pwhash_OPSLIMIT_MIN || memory < crypto_pwhash_MEMLIMIT_MIN ||
        memory > crypto_pwhash_MEMLIMIT_MAX)
        throw std::invalid_argument("argon2id takes at least one pass and 8 KiB of memory");
    std::array<char, crypto_pwhash_STRBYTES> text{};
    if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), cost.passes, memory,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        throw std::bad_alloc(); // its only failure once the parameters are right
    return text.data();
}

bool verify_password(const std::string& hash, std::string_view password)
{
    prepare();
    // libsodium reads a field of fixed size, which a short string does not fill.
    std::array<char, crypto_pwhash_STRBYTES> text{};
    if (hash.size() >= text.size()) return false;
    std::copy(hash.begin(), hash.end(), text.begin());
    return crypto_pwhash_str_verify(text.data(), password.data(), password.size()) == 0;
}

HashCost cost_of(std::string_view hash)
{
    constexpr std::string_view prefix = "$argon2id$v=19$";
    if (!hash.starts_with(prefix)) return {.passes = 0, .kib = 0};
    hash.remove_prefix(prefix.size());
    const std::string_view list = ascii::take_until(hash, '$');
    return {.passes = parameter(list, "t="), .kib = parameter(list, "m=")};
}

bool needs_rehash(std::string_view hash, HashCost wanted)
{
    const HashCost cost = cost_of(hash);
    return cost.passes < wanted.passes || cost.kib < wanted.kib;
}

std::vector<std::string> forms_of(const std::string& password)
{
    std::vector<std::string> forms;
    if (auto prepared = precis::password(password)) forms.push_back(*std::move(prepared));
    if (forms.empty() || forms.front() != password) forms.push_back(password);
    return forms;
}

std::string generate_app_password()
{
    const std::string name = random_name(20);
    return name.substr(0, 5) + '-' + name.substr(5, 5) + '-' + name.substr(10, 5) + '-' + name.substr(15);
}

} // namespace pillarbox::auth
