#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <type_traits>

namespace pillarbox::storage {

/// Why the store could not do as asked. Callers answer each one differently,
/// so these travel as values and never as exceptions.
enum class Errc
{
    not_found = 1,  // no such account, mailbox, message or queue entry
    already_exists, // the name or address is taken
    invalid,        // the value cannot be stored: an address that is none, a domain not ours
    not_local,      // the address belongs to no domain of this server
    alias_loop,     // aliases lead in a circle, or to too many addresses
    switched_off,   // the address is an alias that was disabled
    ended,          // the address is an alias that was for a time, and that is over
    out_of_space,   // the disk is full, or below the reserve; the client may retry
    over_quota,     // one recipient has no room
    timed_out,      // the read ran past its deadline
    changed,        // what it was to hold for is no longer as it was
    unavailable,    // the writer stopped after a failed sync; restart needed
};

const boost::system::error_category& error_category() noexcept;
boost::system::error_code make_error_code(Errc error) noexcept;

/// A value, or one of the errors that the function's comment lists.
template <class T>
using Result = boost::system::result<T>;

} // namespace pillarbox::storage

template <>
struct boost::system::is_error_code_enum<pillarbox::storage::Errc> : std::true_type
{};
