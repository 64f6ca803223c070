#include "server/admin/actions.hpp"
#include "server/admin/table.hpp"
#include "server/admin/tool.hpp"
#include "server/transcript/archive.hpp"
#include "server/transcript/as_test.hpp"
#include "server/transcript/keeper.hpp"

#include <boost/asio/ip/address.hpp>

#include <fmt/format.h>

namespace pillarbox::admin {

namespace {

std::filesystem::path directory_of(const Config& config)
{
    become_owner_of(config.data_dir); // nobody else can read them
    return transcript::directory_in(config.data_dir);
}

/// As sessions have it.
std::string plain_address(const std::string& text)
{
    if (text.empty()) return text;
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(text, error);
    if (error) throw Failed(fmt::format("'{}' is no IP address", text));
    return address.to_string();
}

} // namespace

void list_transcripts(const Context& context, const TranscriptChoice& choice)
{
    const transcript::Filter filter{plain_address(choice.peer), choice.account, choice.protocol};
    Table table({"id", "began", "milliseconds", "protocol", "address", "account", "end"});
    std::size_t left = choice.limit;
    transcript::each(directory_of(context.config), [&](const transcript::Record& record) {
        if (left == 0) return false;
        const auto& about = record.about;
        if (!filter.matches(record)) return true;
        --left;
        const auto began = std::chrono::floor<std::chrono::seconds>(about.began);
        table.add({about.session, format_time(began.time_since_epoch().count()),
                   std::uint64_t(about.lasted.count()), about.protocol, about.peer, about.account,
                   about.end});
        return true;
    });
    fmt::print("{}", context.json ? table.json() : table.text());
}

void show_transcript(const Context& context, const std::string& id, bool as_test)
{
    const auto found = transcript::find(directory_of(context.config), id);
    if (!found)
        throw Failed(
            fmt::format("there is no transcript of a session {}; see: pillarbox transcript list. One is "
                        "written when its session is over, and kept for transcripts.keep",
                        id));
    fmt::print("{}", as_test ? transcript::as_test(*found, context.config) : transcript::describe(*found));
}

} // namespace pillarbox::admin
