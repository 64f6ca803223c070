#include "server/net/line_shown.hpp"

namespace pillarbox::net {

std::string_view fault_shown(Line::Fault fault)
{
    switch (fault) {
    case Line::Fault::too_long:
        return "a line that is too long";
    case Line::Fault::bare_lf:
        return "a line that ends in LF alone";
    case Line::Fault::nul_octet:
        return "a line with NUL";
    case Line::Fault::none:
        break;
    }
    return {};
}

} // namespace pillarbox::net
