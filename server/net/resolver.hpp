#pragma once

#include "server/base/config.hpp"
#include "server/net/dns_records.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace pillarbox::net {

class Reactor;

/// What DNS says to one question.
template <class Record>
struct DnsAnswer
{
    enum class Kind
    {
        found,  // `records`, one at least
        none,   // for sure: the name has none of that type, or there is no such name
        unknown // nobody could be asked, or what they say was forged: ask again later
    };

    Kind kind = Kind::unknown;
    bool no_such_name = false; // with `none`: NXDOMAIN, RFC 8020
    bool secure = false;       // DNSSEC vouches for it, RFC 4035 §4.3
    std::string why;           // with `unknown`, for people
    std::string canonical;     // where aliases (CNAME) lead; empty when the name is none
    std::vector<Record> records;
};

/// Asks DNS, through libunbound. It belongs to one reactor and is used on its
/// thread only; questions end early when the server drains. It keeps what it was
/// told, in bounded memory and no longer than it holds.
class Resolver
{
public:
    struct Options
    {
        std::vector<Endpoint> servers;     // who is asked; empty: those of /etc/resolv.conf
        std::string trust_anchor{};        // a file that DNSSEC is checked with; empty: nothing is secure
        std::chrono::seconds patience{20}; // for one question
    };

    /// Throws std::runtime_error with a sentence for people.
    Resolver(Reactor& reactor, Options options);
    ~Resolver();
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;

    boost::asio::awaitable<DnsAnswer<dns::Mx>> mx(std::string name);
    boost::asio::awaitable<DnsAnswer<std::string>> txt(std::string name);
    boost::asio::awaitable<DnsAnswer<dns::Tlsa>> tlsa(std::string name);
    boost::asio::awaitable<DnsAnswer<dns::Srv>> srv(std::string name);
    boost::asio::awaitable<DnsAnswer<std::string>> ptr(boost::asio::ip::address address);

    // A and AAAA.
    boost::asio::awaitable<DnsAnswer<boost::asio::ip::address>> ipv4(std::string name);
    boost::asio::awaitable<DnsAnswer<boost::asio::ip::address>> ipv6(std::string name);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace pillarbox::net
