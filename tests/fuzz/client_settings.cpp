#include "web/api/client_settings.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace pillarbox;

/// What a mail program sends may be anything, and what it is told is markup
/// that nothing of it can break.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view octets(reinterpret_cast<const char*>(data), size);
    api::ClientSettings settings;
    settings.address = api::outlook_address(octets);
    if (settings.address.size() > 254) std::abort();
    settings.name = "mail.example.org";
    settings.domain = octets;
    settings.servers = {{}, {.kind = api::ClientServer::Kind::smtp}};
    api::ClientSettings plain = settings;
    plain.address = "x";
    plain.domain = "x";
    const auto marks = [](std::string_view text) {
        std::size_t count = 0;
        for (const char c : text)
            if (c == '<' || c == '>') ++count;
        return count;
    };
    if (marks(api::thunderbird_config(settings)) != marks(api::thunderbird_config(plain))) std::abort();
    if (marks(api::outlook_autodiscover(settings)) != marks(api::outlook_autodiscover(plain))) std::abort();
    if (marks(api::apple_profile(settings)) != marks(api::apple_profile(plain))) std::abort();
    return 0;
}
