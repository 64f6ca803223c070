#include "server/mime/address_list.hpp"
#include "server/mime/characters.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace pillarbox::mime;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const AddressList list = parse_address_list(text);
    if (list.addresses.size() > most_addresses || list.groups.size() > most_addresses) std::abort();
    if (list.total < list.addresses.size()) std::abort();
    for (const Address& one : list.addresses) {
        if (!is_utf8(one.name) || !is_utf8(one.address)) std::abort();
        if (one.name != one_line(one.name, one.name.size())) std::abort();
        if (one.group >= static_cast<int>(list.groups.size())) std::abort();
    }
    for (const auto& id : message_ids(text, 10)) {
        if (!is_utf8(id) || id.front() != '<' || id.back() != '>') std::abort();
    }
    return 0;
}
