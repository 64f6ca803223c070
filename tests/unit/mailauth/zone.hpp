#pragma once

#include "server/base/ascii.hpp"
#include "server/mailauth/dns.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pillarbox::mailauth::test {

/// DNS in memory. `text` has a record a line: `NAME TYPE VALUE`, where TYPE is
/// TXT, A, AAAA, MX (of preference and host), PTR (NAME is an address), or FAULT:
/// nobody can be asked for NAME.
class Zone final : public Dns
{
public:
    explicit Zone(std::string_view text)
    {
        while (!text.empty()) {
            std::string_view line = ascii::trim(ascii::take_until(text, '\n'));
            const std::string name(ascii::take_until(line, ' '));
            const std::string type(ascii::take_until(line, ' '));
            if (type.empty()) continue;
            names_.insert(name);
            records_[{name, type}].emplace_back(line);
        }
    }

    std::vector<std::string> asked; // "NAME TYPE", in their order

    awaitable<net::DnsAnswer<std::string>> txt(std::string name) override
    {
        co_return answer<std::string>(name, "TXT", [](const std::string& value) { return value; });
    }
    awaitable<net::DnsAnswer<net::dns::Mx>> mx(std::string name) override
    {
        co_return answer<net::dns::Mx>(name, "MX", [](std::string_view value) {
            const auto preference = ascii::parse_number<std::uint16_t>(ascii::take_until(value, ' '));
            return net::dns::Mx{*preference, std::string(value)};
        });
    }
    awaitable<net::DnsAnswer<std::string>> ptr(boost::asio::ip::address address) override
    {
        co_return answer<std::string>(address.to_string(), "PTR",
                                      [](const std::string& value) { return value; });
    }
    awaitable<net::DnsAnswer<boost::asio::ip::address>> ipv4(std::string name) override
    {
        co_return addresses(name, "A");
    }
    awaitable<net::DnsAnswer<boost::asio::ip::address>> ipv6(std::string name) override
    {
        co_return addresses(name, "AAAA");
    }

private:
    net::DnsAnswer<boost::asio::ip::address> addresses(const std::string& name, const std::string& type)
    {
        return answer<boost::asio::ip::address>(
            name, type, [](const std::string& value) { return boost::asio::ip::make_address(value); });
    }

    template <class Record, class Parse>
    net::DnsAnswer<Record> answer(const std::string& asked_name, const std::string& type, Parse parse)
    {
        using Kind = typename net::DnsAnswer<Record>::Kind;
        const std::string name = ascii::to_lower(asked_name);
        asked.push_back(name + " " + type);
        net::DnsAnswer<Record> answer;
        if (records_.contains({name, "FAULT"})) {
            answer.why = "no answer";
            return answer;
        }
        const auto found = records_.find({name, type});
        answer.kind = found == records_.end() ? Kind::none : Kind::found;
        answer.no_such_name = !names_.contains(name);
        if (found == records_.end()) return answer;
        for (const auto& value : found->second)
            answer.records.push_back(parse(value));
        return answer;
    }

    std::map<std::pair<std::string, std::string>, std::vector<std::string>> records_;
    std::set<std::string> names_;
};

} // namespace pillarbox::mailauth::test
