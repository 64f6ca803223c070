#pragma once

#include "tests/support/listening.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/socket.h>

namespace pillarbox::outbound {

/// A server on loopback that has many conversations at a time and takes what comes. For
/// some domains it may be told to leave messages without an answer, or to refuse.
class CrowdedHop
{
public:
    CrowdedHop() : thread_([this] { serve(); }) {}
    ~CrowdedHop() { close(); }
    CrowdedHop(const CrowdedHop&) = delete;
    CrowdedHop& operator=(const CrowdedHop&) = delete;

    std::uint16_t port() const { return listening_.port(); }

    /// From now on the text of a message to the domain is answered only after let_go().
    void hold_up(const std::string& domain)
    {
        const std::lock_guard lock(mutex_);
        held_up_.insert(domain);
    }
    void let_go()
    {
        const std::lock_guard lock(mutex_);
        held_up_.clear();
        changed_.notify_all();
    }

    /// What RCPT is told from now on; empty: that all is well.
    void answer(const std::string& domain, std::string reply)
    {
        const std::lock_guard lock(mutex_);
        answers_[domain] = std::move(reply);
    }

    /// Waits until so many messages to the domain wait for their answer.
    bool wait_for_held_up(const std::string& domain, std::size_t many)
    {
        return wait([&] { return waiting_[domain] == many; });
    }
    /// Waits until so many have been taken of all domains.
    bool wait_for_taken(std::size_t many)
    {
        return wait([&] { return taken_.size() >= many; });
    }
    /// Waits until nobody speaks with it.
    bool wait_for_quiet()
    {
        return wait([&] { return sockets_.empty(); });
    }

    /// Recipients, one a message, in the order in which they were taken.
    std::vector<std::string> taken()
    {
        const std::lock_guard lock(mutex_);
        return taken_;
    }
    /// The most conversations about mail for a domain that there were at a time.
    std::size_t most_at(const std::string& domain)
    {
        const std::lock_guard lock(mutex_);
        return most_at_[domain];
    }

    /// Nobody comes any more, and who is there is sent away.
    void close()
    {
        listening_.stop();
        if (thread_.joinable()) thread_.join();
        {
            const std::lock_guard lock(mutex_);
            held_up_.clear();
            changed_.notify_all();
            for (const int socket : sockets_)
                ::shutdown(socket, SHUT_RDWR);
        }
        for (auto& conversation : conversations_)
            if (conversation.joinable()) conversation.join();
    }

private:
    template <class Done>
    bool wait(Done done)
    {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(20), done);
    }

    void serve()
    {
        while (true) {
            auto connection = listening_.accept();
            if (connection.value() < 0) return;
            {
                const std::lock_guard lock(mutex_);
                sockets_.insert(connection.value());
            }
            conversations_.emplace_back([this, held = std::move(connection)] {
                converse(held.value());
                const std::lock_guard lock(mutex_);
                sockets_.erase(held.value());
                changed_.notify_all();
            });
        }
    }

    static void say(int socket, const std::string& reply)
    {
        const std::string line = reply + "\r\n";
        [[maybe_unused]] const auto sent = ::send(socket, line.data(), line.size(), MSG_NOSIGNAL);
    }

    static std::optional<std::string> hear(int socket, std::string& heard)
    {
        while (heard.find("\r\n") == std::string::npos) {
            char octets[4096];
            const auto size = ::recv(socket, octets, sizeof octets, 0);
            if (size <= 0) return std::nullopt;
            heard.append(octets, static_cast<std::size_t>(size));
        }
        const auto end = heard.find("\r\n");
        std::string line = heard.substr(0, end);
        heard.erase(0, end + 2);
        return line;
    }

    void converse(int socket)
    {
        std::string heard, recipient, domain;
        say(socket, "220 hop.example");
        while (const auto line = hear(socket, heard)) {
            if (line->starts_with("RCPT TO:<")) {
                recipient = line->substr(9, line->find('>') - 9);
                count(domain, -1);
                domain = recipient.substr(recipient.find('@') + 1);
                count(domain, 1);
                say(socket, answer_to(domain));
            } else if (*line == "DATA") {
                say(socket, "354 go ahead");
                for (auto text = hear(socket, heard); text && *text != "."; text = hear(socket, heard)) {
                }
                take(recipient, domain);
                say(socket, "250 2.0.0 taken");
            } else {
                say(socket, *line == "QUIT" ? "221 bye" : "250 ok");
                if (*line == "QUIT") break;
            }
        }
        count(domain, -1);
    }

    std::string answer_to(const std::string& domain)
    {
        const std::lock_guard lock(mutex_);
        const auto& answer = answers_[domain];
        return answer.empty() ? "250 ok" : answer;
    }

    void count(const std::string& domain, int more)
    {
        const std::lock_guard lock(mutex_);
        if (domain.empty()) return;
        at_[domain] += more;
        most_at_[domain] = std::max(most_at_[domain], at_[domain]);
    }

    void take(const std::string& recipient, const std::string& domain)
    {
        std::unique_lock lock(mutex_);
        ++waiting_[domain];
        changed_.notify_all();
        changed_.wait(lock, [&] { return !held_up_.contains(domain); });
        --waiting_[domain];
        taken_.push_back(recipient);
        changed_.notify_all();
    }

    test::Listening listening_;
    std::mutex mutex_; // guards the rest
    std::condition_variable changed_;
    std::set<int> sockets_;
    std::set<std::string> held_up_;
    std::map<std::string, std::string> answers_;
    std::map<std::string, std::size_t> at_, most_at_, waiting_;
    std::vector<std::string> taken_;
    std::vector<std::thread> conversations_; // touched by thread_ until it ends
    std::thread thread_;
};

} // namespace pillarbox::outbound
