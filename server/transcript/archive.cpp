#include "server/transcript/archive.hpp"

#include "server/base/ascii.hpp"
#include "server/transcript/files.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <fstream>
#include <ranges>
#include <sstream>
#include <vector>

namespace pillarbox::transcript {

void each(const std::filesystem::path& directory, const std::function<bool(const Record&)>& take)
{
    for (const auto& path : newest_first(directory)) {
        std::ifstream file(path, std::ios::binary);
        if (!file) continue;
        std::ostringstream octets;
        octets << file.rdbuf();
        const std::string text = std::move(octets).str();
        std::vector<Record> records;
        Records reader(text);
        while (auto record = reader.next())
            records.push_back(*std::move(record));
        for (const Record& record : records | std::views::reverse) {
            if (!take(record)) return;
        }
    }
}

bool Filter::matches(const Record& record) const
{
    const auto& about = record.about;
    if (!peer.empty() && about.peer != peer) return false;
    if (!account.empty() && !ascii::equal(about.account, account)) return false;
    return protocol.empty() || about.protocol == protocol || about.protocol == protocol + 's';
}

std::optional<Found> find(const std::filesystem::path& directory, std::string_view session)
{
    std::optional<Found> found;
    each(directory, [&](const Record& record) {
        if (record.about.session != session) return true;
        found = Found{record.about, std::string(record.text), record.whole};
        return false;
    });
    return found;
}

std::string describe(const Found& found)
{
    const auto& about = found.about;
    const auto second = std::chrono::floor<std::chrono::seconds>(about.began);
    std::string text =
        fmt::format("session {}\nprotocol {}\npeer {}\naccount {}\nbegan {:%Y-%m-%dT%H:%M:%S}.{:03}Z\n"
                    "lasted {}.{:03} s\nend {}\n\n",
                    about.session, about.protocol, about.peer, about.account.empty() ? "-" : about.account,
                    fmt::gmtime(std::chrono::system_clock::to_time_t(second)), (about.began - second).count(),
                    about.lasted.count() / 1000, about.lasted.count() % 1000, about.end);
    text += found.text;
    if (!found.whole) text += "** the rest was not written\n";
    return text;
}

} // namespace pillarbox::transcript
