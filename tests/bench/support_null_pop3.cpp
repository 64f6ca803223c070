#include "tests/bench/support_null_pop3.hpp"

#include "server/auth/password.hpp"
#include "server/auth/recent.hpp"
#include "tests/bench/support_null_server.hpp"
#include "tests/bench/support_smtp_load.hpp"
#include "tests/bench/support_socket.hpp"

#include <sys/socket.h>

#include <chrono>
#include <memory>
#include <span>
#include <string_view>
#include <variant>

namespace pillarbox::bench {
namespace {

/// What every conversation answers with.
struct Answers
{
    std::string hash; // of everybody's password
    std::string stat;
    std::string uidl;
    std::string retr; // of any message
    auth::Recent<std::monostate> recent{std::chrono::seconds(60)};
};

class Pop3Conversation final : public NullConversation
{
public:
    Pop3Conversation(Descriptor socket, Answers& answers) : socket_(std::move(socket)), answers_(answers)
    {
        say("+OK null ready <1.2.3@null>\r\n");
    }

    bool readable(std::span<char> space) override
    {
        const auto came = ::recv(socket_.number(), space.data(), space.size(), 0);
        if (came <= 0) return false;
        lines_.append(space.data(), static_cast<std::size_t>(came));
        std::size_t taken = 0;
        for (auto end = lines_.find("\r\n"); end != std::string::npos; end = lines_.find("\r\n", taken)) {
            const std::string_view line(lines_.data() + taken, end - taken);
            taken = end + 2;
            say(answer(line));
            if (line == "QUIT") return false;
        }
        lines_.erase(0, taken);
        return true;
    }

private:
    std::string_view answer(std::string_view line)
    {
        if (line.starts_with("PASS ") && !password_fits(line.substr(5))) return "-ERR wrong\r\n";
        if (line == "STAT") return answers_.stat;
        if (line == "UIDL") return answers_.uidl;
        if (line.starts_with("RETR ")) return answers_.retr;
        return "+OK\r\n";
    }

    bool password_fits(std::string_view password)
    {
        const auto now = std::chrono::steady_clock::now();
        if (answers_.recent.find({answers_.hash, password}, now)) return true;
        if (!auth::verify_password(answers_.hash, password)) return false;
        answers_.recent.remember({answers_.hash, password}, {}, now);
        return true;
    }

    void say(std::string_view text) { ::send(socket_.number(), text.data(), text.size(), MSG_NOSIGNAL); }

    Descriptor socket_;
    Answers& answers_;
    std::string lines_; // that have no end yet
};

} // namespace

NullPop3::NullPop3(const std::string& password, std::size_t messages, std::size_t octets)
    : process_([&, listener = std::make_shared<Descriptor>(listen_on_loopback(port_))] {
          Answers answers;
          answers.hash = auth::hash_password(password, auth::HashCost{});
          answers.stat = "+OK " + std::to_string(messages) + ' ' + std::to_string(messages * octets) + "\r\n";
          answers.uidl = "+OK\r\n";
          for (std::size_t number = 1; number <= messages; ++number)
              answers.uidl +=
                  std::to_string(number) + " a-unique-id-" + std::to_string(1'000'000 + number) + "\r\n";
          answers.uidl += ".\r\n";
          answers.retr = "+OK\r\n" + make_message(octets) + ".\r\n";
          serve_null(*listener, [&](Descriptor socket) {
              return std::make_unique<Pop3Conversation>(std::move(socket), answers);
          });
      })
{}

} // namespace pillarbox::bench
