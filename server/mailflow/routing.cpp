#include "server/mailflow/routing.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
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

std::size_t targets(const Recipient& recipient)
{
    return recipient.route.local.size() + recipient.route.remote.size();
}

/// What goes along to each of several targets: success is told of by us, as
/// that of the alias. Who asked for nothing else is to hear of nothing else.
storage::RcptParameters without_success(storage::RcptParameters parameters)
{
    using namespace storage;
    if (parameters.notify == notify::success) parameters.notify = notify::never;
    parameters.notify &= ~notify::success;
    return parameters;
}

} // namespace

Destinations destinations(const std::vector<Recipient>& recipients)
{
    Destinations all;
    std::map<storage::AccountId, std::size_t> accounts; // by whom they came in
    std::unordered_map<std::string, std::size_t> remote;
    bool only_one_forwards = true;
    for (const Recipient& recipient : recipients) {
        const std::size_t number = all.parts.size();
        storage::Delivery::Part& part = all.parts.emplace_back();
        for (const auto& local : recipient.route.local) {
            const auto [first, added] = accounts.emplace(local.account, number);
            if (!added) {
                if (first->second != number) part.needs.push_back(first->second);
                continue;
            }
            ++part.copies;
            all.copies.push_back({local.account, recipient.forward_path, local.acquaintance});
        }
        if (recipient.route.remote.empty()) continue;
        const auto parameters =
            targets(recipient) > 1 ? without_success(recipient.parameters) : recipient.parameters;
        for (const std::string& target : recipient.route.remote) {
            const auto [first, added] = remote.emplace(ascii::to_lower(target), number);
            if (!added) {
                if (first->second != number) part.needs.push_back(first->second);
                continue;
            }
            ++part.forwards;
            all.forward_to.push_back({target, parameters});
            all.through.push_back(forwards(recipient) ? recipient.forward_path : std::string());
        }
        only_one_forwards = only_one_forwards && all.forwarded_by.empty() && forwards(recipient);
        all.forwarded_by = recipient.forward_path;
    }
    if (!only_one_forwards) all.forwarded_by.clear();
    return all;
}

std::optional<Action> success_of(const Recipient& recipient)
{
    if ((recipient.parameters.notify & storage::notify::success) == 0) return std::nullopt;
    if (recipient.route.remote.empty()) return Action::delivered;
    if (targets(recipient) > 1) return Action::expanded;
    return std::nullopt;
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
