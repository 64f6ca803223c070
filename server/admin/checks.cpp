#include "server/admin/actions.hpp"
#include "server/admin/tool.hpp"
#include "server/auth/token_check.hpp"
#include "server/net/networks.hpp"
#include "server/net/tls.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <system_error>

namespace pillarbox::admin {

namespace {

constexpr auto answer_patience = std::chrono::seconds(5);

/// A connection to our own server, for one question.
class Probe
{
public:
    Probe(Endpoint endpoint, const std::vector<Network>& proxies) : endpoint_(std::move(endpoint))
    {
        // What listens on every address is asked on the loopback one.
        if (endpoint_.address == "::") endpoint_.address = "::1";
        if (endpoint_.address == "0.0.0.0") endpoint_.address = "127.0.0.1";
        // Without IPv6 on the machine, [::] was taken as every IPv4 address.
        if (!connect() && endpoint_.address == "::1") {
            endpoint_.address = "127.0.0.1";
            connect();
        }
        if (socket_ < 0)
            throw Failed(fmt::format("nothing answers on {} port {}", endpoint_.address, endpoint_.port));
        // Who asks itself comes from the address that it asks; a proxy there
        // must say first whom it is for.
        const auto self = net::plain_address(boost::asio::ip::make_address(endpoint_.address));
        if (net::NetworkSet(proxies).contains(self)) send("PROXY UNKNOWN\r\n");
    }
    ~Probe() { close(); }
    Probe(const Probe&) = delete;
    Probe& operator=(const Probe&) = delete;

    /// Says `question` and returns the first octets of the answer.
    std::string ask(std::string_view question)
    {
        return send(question) ? hear(answer_patience) : std::string();
    }

    /// The first octets that come, within `patience`.
    std::string hear(std::chrono::milliseconds patience) const
    {
        pollfd ready{socket_, POLLIN, 0};
        if (::poll(&ready, 1, static_cast<int>(patience.count())) != 1) return {};
        char answer[512];
        const auto got = ::recv(socket_, answer, sizeof answer, 0);
        return got > 0 ? std::string(answer, static_cast<std::size_t>(got)) : std::string();
    }

private:
    bool send(std::string_view octets) const
    {
        return ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(octets.size());
    }

    bool connect()
    {
        close();
        sockaddr_storage address{};
        socklen_t length = 0;
        auto* v6 = reinterpret_cast<sockaddr_in6*>(&address);
        auto* v4 = reinterpret_cast<sockaddr_in*>(&address);
        if (::inet_pton(AF_INET6, endpoint_.address.c_str(), &v6->sin6_addr) == 1) {
            v6->sin6_family = AF_INET6;
            v6->sin6_port = htons(endpoint_.port);
            length = sizeof *v6;
        } else if (::inet_pton(AF_INET, endpoint_.address.c_str(), &v4->sin_addr) == 1) {
            v4->sin_family = AF_INET;
            v4->sin_port = htons(endpoint_.port);
            length = sizeof *v4;
        }
        socket_ = ::socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (socket_ >= 0 && ::connect(socket_, reinterpret_cast<sockaddr*>(&address), length) == 0)
            return true;
        close();
        return false;
    }

    void close()
    {
        if (socket_ >= 0) ::close(socket_);
        socket_ = -1;
    }

    Endpoint endpoint_;
    int socket_ = -1;
};

} // namespace

void healthcheck(const Context& context)
{
    const Config& config = context.config;
    const auto first = [](const std::vector<Endpoint>& listen) {
        return listen.empty() ? Endpoint{} : listen.front();
    };
    if (!config.http.listen.empty()) {
        Probe probe(first(config.http.listen), config.proxy.from);
        const auto answer = probe.ask("GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        if (!answer.starts_with("HTTP/1.1 200"))
            throw Failed(fmt::format("the server is not ready: {}",
                                     answer.empty() ? "no answer" : answer.substr(0, answer.find('\r'))));
    } else if (!config.pop3.listen.empty()) {
        if (!Probe(first(config.pop3.listen), config.proxy.from).ask("QUIT\r\n").starts_with("+OK"))
            throw Failed("the POP3 server does not greet");
    } else if (!config.smtp.listen.empty()) {
        // Who speaks first is sent away.
        Probe probe(first(config.smtp.listen), config.proxy.from);
        if (!probe.hear(answer_patience + config.smtp.greet_delay).starts_with("220"))
            throw Failed("the SMTP server does not greet");
        probe.ask("QUIT\r\n");
    } else {
        throw Failed("http.listen, pop3.listen and smtp.listen are all empty: there is no one to ask");
    }
    fmt::print("ready\n");
}

void check_config(const Context& context)
{
    const Config& config = context.config;
    if (!config.tls.off() && !config.tls.certificate.empty()) {
        try {
            const net::TlsContext certificate({config.tls.certificate, config.tls.key});
        } catch (const std::runtime_error& error) {
            throw ConfigError(fmt::format("tls.certificate: {}", error.what()));
        }
    }
    static_cast<void>(auth::TokenCheck::make(config.auth)); // throws when its files are no good
    // Whatever exists of the data directory's path must let us in.
    std::filesystem::path existing = std::filesystem::absolute(config.data_dir);
    std::error_code ignored; // what cannot be seen is as good as absent here
    while (!std::filesystem::exists(existing, ignored) && existing.has_relative_path())
        existing = existing.parent_path();
    if (::access(existing.c_str(), W_OK | X_OK) != 0)
        throw ConfigError(fmt::format("data_dir: {} cannot be written by this user: {}", existing.string(),
                                      std::generic_category().message(errno)));
    fmt::print("the configuration is good\n");
}

} // namespace pillarbox::admin
