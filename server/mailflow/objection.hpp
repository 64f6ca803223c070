#pragma once

#include "server/mailflow/intake.hpp"
#include "server/mime/header.hpp"

#include <boost/system/error_code.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

/// Why a message is not accepted, whoever it is from. Pure.
namespace pillarbox::mailflow {

/// How the store's failure is told to a sender; all of them invite another try.
Verdict refusal(boost::system::error_code error);

/// Why the message itself cannot be accepted, if so; `head` begins it, and `size` is
/// that of all of it.
std::optional<Verdict> objection(const mime::Header& header, std::string_view head, std::uint64_t size,
                                 const std::vector<Recipient>& recipients);

} // namespace pillarbox::mailflow
