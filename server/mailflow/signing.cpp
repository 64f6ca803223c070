#include "server/mailflow/signing.hpp"

#include "server/base/domain_name.hpp"
#include "server/mime/address_list.hpp"

namespace pillarbox::mailflow {

std::string author_domain(const mime::Header& header)
{
    const mime::Field* from = header.find("From");
    if (from == nullptr) return {};
    const mime::AddressList list = mime::parse_address_list(from->body);
    if (list.addresses.empty()) return {};
    const std::string& address = list.addresses.front().address;
    const auto at = address.rfind('@');
    if (at == std::string::npos) return {};
    return domain_name::to_ascii(address.substr(at + 1)).value_or("");
}

} // namespace pillarbox::mailflow
