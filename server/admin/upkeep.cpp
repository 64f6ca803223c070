#include "server/admin/upkeep.hpp"

#include "server/admin/actions.hpp"
#include "server/admin/terminal.hpp"
#include "server/admin/tool.hpp"
#include "server/transfer/progress.hpp"
#include "storage/maintenance.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <string>

namespace pillarbox::admin {

storage::Options options_of(const Config& config)
{
    storage::Options options;
    options.directory = config.data_dir;
    options.url = config.storage.url;
    options.default_quota = config.storage.quota;
    options.disk_reserve = config.storage.reserve;
    options.vault = config.storage.vault;
    return options;
}

std::string size_text(std::uint64_t octets)
{
    return transfer::describe_octets(static_cast<double>(octets));
}

std::string text_of(const storage::Finding& finding)
{
    std::string whose;
    const auto add = [&](const std::string& part) {
        if (!part.empty()) whose += (whose.empty() ? "" : ", ") + part;
    };
    add(finding.account);
    add(finding.mailbox);
    if (finding.uid != 0) add(fmt::format("uid {}", finding.uid));
    if (finding.message != 0) add(fmt::format("message {}", finding.message));
    if (finding.body != 0) add(fmt::format("body {}", finding.body));
    if (!finding.subject.empty()) add(fmt::format("\"{}\"", finding.subject));
    std::string line = finding.left ? "left: " : finding.wrong ? "" : "note: ";
    line += finding.kind + ": ";
    if (!whose.empty()) line += whose + ": ";
    line += finding.what;
    if (!finding.path.empty()) line += " (" + finding.path + ")";
    return line;
}

namespace {

boost::json::object json_of(const storage::Finding& finding)
{
    boost::json::object object{{"kind", finding.kind}, {"wrong", finding.wrong}, {"what", finding.what}};
    if (finding.left) object["left"] = true;
    const auto text = [&](const char* name, const std::string& value) {
        if (!value.empty()) object[name] = value;
    };
    const auto number = [&](const char* name, std::int64_t value) {
        if (value != 0) object[name] = value;
    };
    text("account", finding.account);
    text("mailbox", finding.mailbox);
    number("uid", finding.uid);
    text("subject", finding.subject);
    number("message", finding.message);
    number("body", finding.body);
    text("path", finding.path);
    return object;
}

/// Findings as they come: there may be more than fit into memory.
class VerifyReport
{
public:
    explicit VerifyReport(bool json) : json_(json)
    {
        if (json_) fmt::print("{{\"findings\":[");
    }

    void found(const storage::Finding& finding)
    {
        progress_.clear();
        if (json_)
            fmt::print("{}{}", first_ ? "" : ",", boost::json::serialize(json_of(finding)));
        else
            fmt::print("{}\n", text_of(finding));
        first_ = false;
    }

    void repaired(std::string_view what)
    {
        progress_.clear();
        if (json_)
            repaired_.emplace_back(std::string(what));
        else
            fmt::print("repaired: {}\n", what);
    }

    void progress(const storage::Progress& progress) { progress_.show(progress); }

    void end(const storage::Verification& sum)
    {
        progress_.clear();
        if (json_) {
            boost::json::object rest{{"repaired", std::move(repaired_)},
                                     {"messages", sum.messages},
                                     {"bodies", sum.bodies},
                                     {"octets", sum.octets},
                                     {"quarantined", sum.quarantined},
                                     {"wrong", sum.wrong},
                                     {"notes", sum.notes},
                                     {"besideServer", sum.beside_server}};
            fmt::print("],{}\n", boost::json::serialize(rest).substr(1));
            return;
        }
        fmt::print("checked {} messages, {} bodies with {}{}: {}\n", sum.messages, sum.bodies,
                   size_text(sum.octets),
                   sum.quarantined > 0 ? fmt::format(", {} in quarantine", sum.quarantined) : "",
                   sum.wrong == 0 ? "all is well" : fmt::format("{} things are wrong", sum.wrong));
    }

private:
    bool json_;
    bool first_ = true;
    boost::json::array repaired_;
    ProgressLine progress_;
};

} // namespace

void verify_store(const Context& context, bool repair)
{
    become_owner_of(context.config.data_dir);
    VerifyReport report(context.json);
    storage::VerifyOptions options;
    options.repair = repair;
    options.found = [&](const storage::Finding& finding) { report.found(finding); };
    options.repaired = [&](std::string_view what) { report.repaired(what); };
    options.progress = [&](const storage::Progress& progress) { report.progress(progress); };
    const auto sum = storage::verify(options_of(context.config), options);
    report.end(sum);
    std::fflush(stdout);
    if (sum.wrong == 0) return;
    if (repair)
        throw Failed(fmt::format("{} things could not be repaired; restore a backup: pillarbox restore SRC",
                                 sum.wrong));
    throw Failed(fmt::format("{} things are wrong; stop the server and run: pillarbox verify --repair, or "
                             "restore a backup",
                             sum.wrong));
}

} // namespace pillarbox::admin
