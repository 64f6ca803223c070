#include "server/publish/doctor.hpp"
#include "server/admin/actions.hpp"
#include "server/admin/address.hpp"
#include "server/admin/domain_keys.hpp"
#include "server/admin/table.hpp"
#include "server/admin/tool.hpp"
#include "server/transcript/archive.hpp"
#include "server/transcript/keeper.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pillarbox::admin {

namespace {

/// The domains to look at; all of them when none is named.
std::vector<std::string> domains_of(Tool& tool, const std::string& text)
{
    if (!text.empty()) return {parse_domain(text)};
    const auto domains = tool.wait(tool.accounts().domains());
    if (!domains) throw Failed(domains.error().message());
    std::vector<std::string> names;
    for (const auto& domain : *domains)
        names.push_back(domain.name);
    return names;
}

/// Where the last connections to port 25 came from.
std::vector<std::string> last_peers(const Config& config)
{
    constexpr std::size_t most = 100;
    std::vector<std::string> peers;
    transcript::each(transcript::directory_in(config.data_dir), [&peers](const transcript::Record& record) {
        if (record.about.protocol == "smtp") peers.push_back(record.about.peer);
        return peers.size() < most;
    });
    return peers;
}

void print(const std::vector<publish::Finding>& findings)
{
    for (const auto& finding : findings) {
        fmt::print("{:<11}  {}: {}\n", publish::name_of(finding.kind), finding.what, finding.detail);
        if (!finding.mend.empty()) fmt::print("{:<11}  {}\n", "", finding.mend);
    }
}

} // namespace

void examine(const Context& context, const std::string& text)
{
    std::vector<publish::Patient> patients;
    {
        Tool tool(context.config);
        for (const auto& domain : domains_of(tool, text))
            patients.push_back({domain, publish::records_for(context.config, domain,
                                                             keys_of_domain(tool, context.config, domain))});
    }
    auto findings = publish::diagnose(context.config, patients);
    findings.push_back(publish::examine_clients(last_peers(context.config)));
    if (context.json) {
        Table table({"state", "what", "detail", "mend"});
        for (const auto& finding : findings)
            table.add(
                {std::string(publish::name_of(finding.kind)), finding.what, finding.detail, finding.mend});
        fmt::print("{}", table.json());
    } else {
        print(findings);
    }
    const auto wrong = std::ranges::count(findings, publish::Finding::Kind::wrong, &publish::Finding::kind);
    if (wrong > 0) throw Failed(fmt::format("{} of these are wrong, and say how to mend them", wrong));
}

} // namespace pillarbox::admin
