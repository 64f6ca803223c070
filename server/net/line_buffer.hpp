#pragma once

#include <string_view>

namespace pillarbox::net {

/// One command line without its line end. `fault` is set when the line must
/// be refused rather than parsed; the connection stays usable.
struct Line
{
    enum class Fault
    {
        none,
        too_long,
        bare_lf,
        nul_octet
    };

    std::string_view text; // valid until the next read
    Fault fault = Fault::none;
};

} // namespace pillarbox::net
