#pragma once

#include "storage/sqlite/database.hpp"
#include "storage/text_extractor.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::storage::sqlite {

/// A body on its way into the index.
struct IndexEntry
{
    std::int64_t body = 0;
    std::vector<std::int64_t> accounts; // that have it
    Time received{};
    MessageText text;
};

/// Puts it in. The body must not be there yet.
void add_entry(Database& index, const IndexEntry& entry);

/// Makes a body that is there one of these accounts too.
void share_entry(Database& index, std::int64_t body, const std::vector<std::int64_t>& accounts);

/// Forgets the body and every word of it. None of it there is no error.
void remove_entry(Database& index, std::int64_t body);

/// Whether the body is there.
bool has_entry(Database& index, std::int64_t body);

/// The word of `mark` that all of an account's messages have.
std::string account_mark(std::int64_t account);

/// The word of `mark` that all messages with attachments have.
inline constexpr std::string_view attachment_mark = "attachment";

/// Links of a message, as they are kept beside its row.
std::vector<std::int64_t> read_links(std::string_view octets);

} // namespace pillarbox::storage::sqlite
