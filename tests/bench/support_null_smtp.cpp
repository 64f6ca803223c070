#include "tests/bench/support_null_smtp.hpp"

#include "tests/bench/support_null_server.hpp"
#include "tests/bench/support_socket.hpp"

#include <sys/socket.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace pillarbox::bench {
namespace {

class SmtpConversation final : public NullConversation
{
public:
    explicit SmtpConversation(Descriptor socket) : socket_(std::move(socket)) { say("220 null ESMTP\r\n"); }

    bool readable(std::span<char> space) override
    {
        const auto came = ::recv(socket_.number(), space.data(), space.size(), 0);
        if (came <= 0) return false;
        std::string_view octets(space.data(), static_cast<std::size_t>(came));
        std::string replies;
        while (!octets.empty())
            octets = in_data_ ? take_data(octets, replies) : take_line(octets, replies);
        say(replies);
        return true;
    }

private:
    std::string_view take_line(std::string_view octets, std::string& replies)
    {
        const auto end = octets.find('\n');
        line_ += octets.substr(0, end);
        if (end == std::string_view::npos) return {};
        if (line_.starts_with("EHLO")) {
            replies += "250-null\r\n250 PIPELINING\r\n";
        } else if (line_.starts_with("DATA")) {
            replies += "354 go ahead\r\n";
            in_data_ = true;
            tail_ = "\r\n";
        } else {
            replies += "250 ok\r\n";
        }
        line_.clear();
        return octets.substr(end + 1);
    }

    std::string_view take_data(std::string_view octets, std::string& replies)
    {
        constexpr std::string_view end = "\r\n.\r\n";
        // What is left of the last block, with enough of this to find an end across both.
        const std::string seam = tail_ + std::string(octets.substr(0, end.size() - 1));
        std::size_t length = std::string_view::npos;
        if (const auto across = seam.find(end); across != std::string::npos)
            length = across + end.size() - tail_.size();
        else if (const auto within = octets.find(end); within != std::string_view::npos)
            length = within + end.size();
        if (length == std::string_view::npos) {
            tail_ += octets.substr(octets.size() - std::min(end.size() - 1, octets.size()));
            if (tail_.size() >= end.size()) tail_.erase(0, tail_.size() - (end.size() - 1));
            return {};
        }
        replies += "250 taken\r\n";
        in_data_ = false;
        return octets.substr(length);
    }

    void say(std::string_view replies)
    {
        if (!replies.empty()) ::send(socket_.number(), replies.data(), replies.size(), MSG_NOSIGNAL);
    }

    Descriptor socket_;
    bool in_data_ = false;
    std::string line_;
    std::string tail_;
};

} // namespace

NullSmtp::NullSmtp()
    : process_([listener = std::make_shared<Descriptor>(listen_on_loopback(port_))] {
          serve_null(*listener,
                     [](Descriptor socket) { return std::make_unique<SmtpConversation>(std::move(socket)); });
      })
{}

} // namespace pillarbox::bench
