// SPF records: what is read can be expanded, and names stay within their limit.

#include "server/mailauth/spf_record.hpp"
#include "server/mailauth/spf_macro.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace pillarbox::mailauth;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const SpfMacros macros{.local_part = std::string(input.substr(0, 64)),
                           .sender_domain = "example.org",
                           .domain = "example.org",
                           .address = std::string(size % 2 == 0 ? 4 : 16, 'a'),
                           .helo = "mx.example.org"};
    const auto check = [&macros](std::string_view spec) {
        if (!is_domain_spec(spec) || expand(spec, macros).size() > 253) std::abort();
    };
    if (is_domain_spec(input)) check(input);
    const auto record = parse_spf_record(input);
    if (!record) return 0;
    if (!is_spf_record(input)) std::abort();
    for (const auto& mechanism : record->mechanisms) {
        if (!mechanism.domain_spec.empty()) check(mechanism.domain_spec);
        if (!mechanism.network.empty() &&
            !in_network(mechanism.network, mechanism.network, mechanism.prefix4)) {
            if (mechanism.kind == SpfMechanism::Kind::ip4) std::abort();
        }
    }
    if (record->redirect) check(*record->redirect);
    return 0;
}
