#include "server/mailflow/letter.hpp"

#include "server/base/ascii.hpp"
#include "server/base/domain_name.hpp"
#include "server/base/precis.hpp"
#include "server/base/utf8_text.hpp"
#include "server/mailflow/sender.hpp"
#include "server/mime/address_list.hpp"
#include "server/mime/field_writer.hpp"
#include "server/mime/header.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace pillarbox::mailflow {

namespace {

constexpr std::size_t most_faults = 20;
constexpr std::size_t longest_local_part = 64; // octets, RFC 5321 §4.5.3.1.1
constexpr std::size_t longest_domain = 255;    // octets, §4.5.3.1.2

/// A name in A-labels that DNS can have: letters, digits and hyphens (RFC 5321 §2.3.5).
bool is_host_name(std::string_view name)
{
    if (name.empty() || name.size() > longest_domain || name.ends_with('.')) return false;
    while (!name.empty()) {
        const auto label = ascii::take_until(name, '.');
        const bool plain = std::ranges::all_of(
            label, [](char c) { return c == '-' || ascii::is_digit(c) || (c >= 'a' && c <= 'z'); });
        if (label.empty() || label.size() > 63 || !plain) return false;
        if (label.starts_with('-') || label.ends_with('-')) return false;
    }
    return true;
}

/// An address as mail is sent to it: the domain in A-labels, the local part
/// composed (RFC 6532 §3.1).
struct Mailbox
{
    std::string local_part;
    std::string domain;

    std::string address() const { return local_part + "@" + domain; }
};

std::string shown(const mime::Address& person)
{
    return "\"" + (person.address.empty() ? person.name : person.address) + "\"";
}

/// Empty for what no mail can go to, by its looks.
std::optional<Mailbox> mailbox_of(const std::string& address)
{
    if (!mime::is_address(address)) return std::nullopt;
    const auto at = address.rfind('@');
    auto local_part = utf8::compose(address.substr(0, at));
    auto domain = domain_name::to_ascii(address.substr(at + 1));
    if (!local_part || local_part->size() > longest_local_part) return std::nullopt;
    if (!domain || !is_host_name(*domain)) return std::nullopt;
    return Mailbox{std::move(*local_part), std::move(*domain)};
}

/// Collects recipients and faults as they are found.
class Addressing
{
public:
    Addressing(storage::Accounts& accounts, std::size_t most) : accounts_(accounts), most_(most) {}

    awaitable<storage::Result<void>> add(mime::Address person, std::string pointer)
    {
        const auto mailbox = mailbox_of(person.address);
        if (!mailbox) co_return note(std::move(pointer), shown(person) + " is not an email address.");
        if (!seen_.insert(mailbox->address()).second) co_return ok();
        if (envelope_.recipients.size() >= most_)
            co_return note("/to", "This goes to more than " + std::to_string(most_) +
                                      " people: send it to some of them first.");
        auto route =
            co_await accounts_.route(precis::user_name_to_find(mailbox->local_part), mailbox->domain);
        if (!route && route.error() == storage::Errc::not_local) {
            storage::Route elsewhere;
            elsewhere.remote.push_back(mailbox->address());
            route = std::move(elsewhere);
        }
        if (!route && route.error() == storage::Errc::alias_loop)
            co_return note(std::move(pointer), shown(person) + " leads in a circle: tell the administrator.");
        if (!route && (route.error() == storage::Errc::switched_off || route.error() == storage::Errc::ended))
            co_return note(std::move(pointer),
                           shown(person) + " takes no mail any more: ask for another address.");
        const bool nobody = route && route->local.empty() && route->remote.empty();
        if (nobody || (!route && route.error() == storage::Errc::not_found))
            co_return note(std::move(pointer), "There is no mailbox " + shown(person) + " on this server.");
        if (!route) co_return route.error();
        envelope_.people.push_back({.name = person.name, .address = mailbox->address()});
        envelope_.recipients.push_back({mailbox->address(), std::move(*route)});
        co_return ok();
    }

    storage::Result<void> note(std::string pointer, std::string detail)
    {
        if (envelope_.faults.size() < most_faults)
            envelope_.faults.push_back({std::move(pointer), std::move(detail)});
        return ok();
    }

    Envelope& envelope() { return envelope_; }

private:
    static storage::Result<void> ok() { return boost::system::in_place_value; }

    storage::Accounts& accounts_;
    std::size_t most_;
    std::set<std::string> seen_;
    Envelope envelope_;
};

mime::AddressList people_in(const mime::Header& header, std::string_view name)
{
    const auto* field = header.find(name);
    return field ? mime::parse_address_list(field->body) : mime::AddressList{};
}

} // namespace

awaitable<storage::Result<Envelope>> envelope_of(storage::Accounts& accounts, storage::AccountId account,
                                                 std::string head, std::size_t most_recipients)
{
    const mime::Header header(head);
    Addressing addressing(accounts, most_recipients);
    Envelope& envelope = addressing.envelope();

    const auto from = people_in(header, "From");
    const bool one = from.total == 1 && mime::is_address(from.addresses.front().address);
    if (!one) {
        addressing.note("/from/address", "This must be one of your own addresses.");
    } else {
        const auto& address = from.addresses.front().address;
        const auto at = address.rfind('@');
        const auto theirs =
            co_await may_send_as(accounts, account, address.substr(0, at), address.substr(at + 1));
        if (!theirs && theirs.error() != storage::Errc::not_found) co_return theirs.error();
        envelope.forbidden = !theirs;
        if (!theirs)
            addressing.note("/from/address", "\"" + address +
                                                 "\" is not one of your addresses: mail to it does "
                                                 "not reach you.");
        envelope.reverse_path = address;
    }

    static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> fields{
        {{"To", "/to/"}, {"Cc", "/cc/"}, {"Bcc", "/bcc/"}}};
    for (const auto& [name, pointer] : fields) {
        const auto people = people_in(header, name);
        for (std::size_t i = 0; i < people.addresses.size(); ++i) {
            const auto added = co_await addressing.add(people.addresses[i],
                                                       std::string(pointer) + std::to_string(i) + "/address");
            if (!added) co_return added.error();
            if (envelope.faults.size() >= most_faults) break;
        }
        if (people.total != people.addresses.size())
            addressing.note(std::string(pointer.substr(0, pointer.size() - 1)),
                            "There are too many people here.");
    }
    if (envelope.recipients.empty() && envelope.faults.empty())
        addressing.note("/to", "Say to whom this goes.");
    co_return std::move(envelope);
}

} // namespace pillarbox::mailflow
