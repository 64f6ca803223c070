#pragma once

#include "server/transcript/record.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace pillarbox::transcript {

/// Hands what is kept to `take`, the newest first, until it returns false.
/// Beside a server that writes; a file that goes meanwhile is passed over.
void each(const std::filesystem::path& directory, const std::function<bool(const Record&)>& take);

/// Which transcripts are meant; what is empty is not asked for.
struct Filter
{
    std::string peer;
    std::string account;
    std::string protocol; // pop3 is pop3s too, submission is submissions too

    bool matches(const Record& record) const;
};

/// One by its session's id.
struct Found
{
    net::Transcript::About about;
    std::string text;
    bool whole = true;
};
std::optional<Found> find(const std::filesystem::path& directory, std::string_view session);

/// For people: whose it is, then the dialogue.
std::string describe(const Found& found);

} // namespace pillarbox::transcript
