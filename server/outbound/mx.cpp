#include "server/outbound/mx.hpp"

#include "server/base/ascii.hpp"

#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>

#include <algorithm>
#include <span>

namespace pillarbox::outbound {

namespace {

constexpr std::size_t most_exchangers = 10;
constexpr std::size_t most_addresses = 4; // of each family

/// Each order as likely as the other (Fisher and Yates).
void shuffle(std::span<MxRecord> records, const Dice& dice)
{
    for (std::size_t left = records.size(); left > 1; --left)
        std::swap(records[left - 1], records[dice(left)]);
}

/// By preference; those of one in random order, RFC 5321 §5.1.
void put_in_order(std::vector<MxRecord>& records, const Dice& dice)
{
    std::ranges::sort(records, {}, &MxRecord::preference);
    for (std::size_t begin = 0; begin < records.size();) {
        auto end = begin + 1;
        while (end < records.size() && records[end].preference == records[begin].preference)
            ++end;
        shuffle(std::span(records).subspan(begin, end - begin), dice);
        begin = end;
    }
}

} // namespace

Exchangers exchangers(std::string_view domain, std::vector<MxRecord> records, std::string_view own_name,
                      const Dice& dice)
{
    if (records.empty()) records.push_back({0, std::string(domain)}); // the implicit MX
    const auto names_none = [](const MxRecord& record) { return record.host.empty(); };
    // RFC 7505 §3 allows the null MX alone. Beside others it is a mistake.
    std::erase_if(records, names_none);
    if (records.empty()) return {Exchangers::Kind::takes_none, {}};

    put_in_order(records, dice);
    const auto us = std::ranges::find_if(
        records, [&](const MxRecord& record) { return ascii::equal(record.host, own_name); });
    if (us != records.end()) {
        const auto ours = us->preference;
        std::erase_if(records, [ours](const MxRecord& record) { return record.preference >= ours; });
        if (records.empty()) return {Exchangers::Kind::ourselves, {}};
    }

    Exchangers all;
    for (auto& record : records) {
        if (all.hosts.size() == most_exchangers) break;
        if (std::ranges::find(all.hosts, record.host) == all.hosts.end())
            all.hosts.push_back(std::move(record.host));
    }
    return all;
}

std::vector<boost::asio::ip::address> in_turns(std::vector<boost::asio::ip::address> addresses)
{
    std::vector<boost::asio::ip::address> six, four, all;
    for (const auto& address : addresses) {
        auto& family = address.is_v6() ? six : four;
        if (family.size() < most_addresses && std::ranges::find(family, address) == family.end())
            family.push_back(address);
    }
    for (std::size_t i = 0; i < most_addresses; ++i) {
        if (i < six.size()) all.push_back(six[i]);
        if (i < four.size()) all.push_back(four[i]);
    }
    return all;
}

std::optional<boost::asio::ip::address> literal_address(std::string_view domain)
{
    if (!domain.starts_with('[') || !domain.ends_with(']')) return std::nullopt;
    auto text = domain.substr(1, domain.size() - 2);
    constexpr std::string_view tag = "IPv6:";
    boost::system::error_code error;
    if (!ascii::starts_with(text, tag)) {
        const auto four = boost::asio::ip::make_address_v4(std::string(text), error);
        return error ? std::nullopt : std::optional<boost::asio::ip::address>(four);
    }
    text.remove_prefix(tag.size());
    const auto six = boost::asio::ip::make_address_v6(std::string(text), error);
    return error ? std::nullopt : std::optional<boost::asio::ip::address>(six);
}

} // namespace pillarbox::outbound
