#pragma once

#include "server/outbound/reply_reader.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pillarbox::outbound {

/// What another server offers in its answer to EHLO, RFC 5321 §4.1.1.1. Pure.
struct Extensions
{
    std::string name{}; // as the server calls itself

    bool pipelining = false;                          // RFC 2920
    bool eight_bit = false;                           // 8BITMIME, RFC 6152
    bool chunking = false;                            // RFC 3030
    bool start_tls = false;                           // RFC 3207
    bool dsn = false;                                 // RFC 3461
    bool smtputf8 = false;                            // RFC 6531
    bool require_tls = false;                         // REQUIRETLS, RFC 8689
    std::optional<std::uint64_t> size{};              // RFC 1870; 0: no limit is told
    std::optional<std::chrono::seconds> deliver_by{}; // DELIVERBY, RFC 2852: at least, for "R"
    std::vector<std::string> mechanisms{};            // of AUTH, RFC 4954, in upper case

    bool offers(std::string_view mechanism) const;
};

/// Of a positive reply. What is not known is passed over.
Extensions parse_extensions(const ServerReply& reply);

} // namespace pillarbox::outbound
