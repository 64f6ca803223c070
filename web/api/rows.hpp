#pragma once

#include "storage/types.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::api {

/// Rows of a list when the request says nothing, and at most.
inline constexpr std::size_t usual_page = 50;
inline constexpr std::size_t largest_page = 200;

/// What a request says for rows that are conversations.
inline constexpr std::string_view collapse_threads = "thread";

/// A mailbox as the API shows it.
boost::json::object describe_mailbox(const storage::Mailbox& mailbox);

/// A message as a row of a list shows it: all a row needs.
boost::json::object describe_message(const storage::Listed& message);

/// The rows of a list; each with what is said of its conversation, if anything is.
boost::json::array describe_rows(const std::vector<storage::Listed>& messages,
                                 const std::vector<storage::Gathered>& conversations);

/// Says which messages of a mailbox are rows of one conversation, and nothing else.
std::string name_thread(const storage::Listed& message);

/// The flags by name.
boost::json::object describe_flags(std::uint32_t flags);

/// The mailbox that a request names, by id or by role (`inbox`); null when there is none.
const storage::Mailbox* find_mailbox(const std::vector<storage::Mailbox>& all, std::string_view name);

/// `inbox` and the like; `own` for those that people make.
std::string_view role_name(storage::MailboxRole role);

} // namespace pillarbox::api
