#pragma once

#include "server/base/ascii.hpp"
#include "tests/support/listening.hpp"

#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <sys/socket.h>

namespace pillarbox::outbound {

/// A server on loopback with a script for each connection to come: lines that begin
/// with "S: " it says, and those with "C: " it must hear; "C: *" is any line. Where a
/// script ends it hangs up. What was not as it should be stands in `faults`, once
/// finish() has returned.
class ScriptedHop
{
public:
    explicit ScriptedHop(std::vector<std::string> scripts)
        : scripts_(std::move(scripts)), thread_([this] { serve(); })
    {}
    ~ScriptedHop() { finish(); }
    ScriptedHop(const ScriptedHop&) = delete;
    ScriptedHop& operator=(const ScriptedHop&) = delete;

    std::uint16_t port() const { return listening_.port(); }

    /// Nobody comes any more.
    void finish()
    {
        listening_.stop();
        if (thread_.joinable()) thread_.join();
    }

    std::vector<std::string> faults;

private:
    void serve()
    {
        for (const auto& script : scripts_) {
            const auto connection = listening_.accept();
            if (connection.value() < 0) {
                faults.push_back("nobody came for: " + script);
                return;
            }
            follow(connection.value(), script);
        }
    }

    void follow(int connection, std::string_view script)
    {
        std::string heard;
        while (!script.empty()) {
            const auto line = ascii::take_until(script, '\n');
            if (line.starts_with("S: ")) {
                const std::string said = std::string(line.substr(3)) + "\r\n";
                if (::send(connection, said.data(), said.size(), MSG_NOSIGNAL) < 0) return lost(line);
            }
            if (!line.starts_with("C: ")) continue;
            char octets[4096];
            while (heard.find('\n') == std::string::npos) {
                const auto size = ::recv(connection, octets, sizeof octets, 0);
                if (size <= 0) return lost(line);
                heard.append(octets, static_cast<std::size_t>(size));
            }
            const auto end = heard.find('\n') + 1;
            const std::string expected = std::string(line.substr(3)) + "\r\n";
            if (expected != "*\r\n" && heard.substr(0, end) != expected)
                faults.push_back(heard.substr(0, end) + "is not " + expected);
            heard.erase(0, end);
        }
        if (!heard.empty()) faults.push_back("the script does not have " + heard);
    }

    void lost(std::string_view line) { faults.push_back("the client left before " + std::string(line)); }

    std::vector<std::string> scripts_;
    test::Listening listening_;
    std::thread thread_;
};

} // namespace pillarbox::outbound
