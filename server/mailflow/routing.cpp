#include "server/mailflow/routing.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>
#include <set>
#include <unordered_set>

namespace pillarbox::mailflow {

namespace {

/// Whether the recipient is an address here that leads on to another server,
/// and not simply an address there.
bool forwards(const Recipient& recipient)
{
    return std::ranges::any_of(recipient.route.remote, [&](const std::string& target) {
        return !ascii::equal(target, recipient.forward_path);
    });
}

} // namespace

Destinations destinations(const std::vector<Recipient>& recipients)
{
    Destinations all;
    std::set<storage::AccountId> accounts;
    std::unordered_set<std::string> remote;
    bool only_one_forwards = true;
    for (const Recipient& recipient : recipients) {
        for (const auto& local : recipient.route.local) {
            if (accounts.insert(local.account).second)
                all.copies.push_back({local.account, recipient.forward_path});
        }
        for (const std::string& target : recipient.route.remote) {
            if (remote.insert(ascii::to_lower(target)).second) all.forward_to.push_back(target);
        }
        if (recipient.route.remote.empty()) continue;
        only_one_forwards = only_one_forwards && all.forwarded_by.empty() && forwards(recipient);
        all.forwarded_by = recipient.forward_path;
    }
    if (!only_one_forwards) all.forwarded_by.clear();
    return all;
}

bool forwarding_loop(const mime::Header& header, const std::vector<Recipient>& recipients)
{
    std::unordered_set<std::string> passed;
    for (const mime::Field& field : header.fields()) {
        if (!ascii::equal(field.name, "Delivered-To")) continue;
        passed.insert(ascii::to_lower(ascii::trim(mime::unfold(field.body))));
    }
    return std::ranges::any_of(recipients, [&](const Recipient& recipient) {
        return forwards(recipient) && passed.contains(ascii::to_lower(recipient.forward_path));
    });
}

} // namespace pillarbox::mailflow
