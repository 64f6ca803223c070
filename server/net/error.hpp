#pragma once

#include <boost/system/error_code.hpp>

#include <type_traits>

namespace pillarbox::net {

/// Why a connection is over. Thrown inside boost::system::system_error by
/// Connection and caught once, in run_session().
enum class Errc
{
    closed_by_peer = 1, // end of file, or a reset
    timed_out,          // its deadline passed
    shutting_down,      // the server is draining; only between commands
    tls_failed,         // handshake failed, or plaintext followed STARTTLS
    broken_off,         // we cannot finish what we began to send
};

const boost::system::error_category& error_category() noexcept;
boost::system::error_code make_error_code(Errc error) noexcept;

} // namespace pillarbox::net

template <>
struct boost::system::is_error_code_enum<pillarbox::net::Errc> : std::true_type
{};
