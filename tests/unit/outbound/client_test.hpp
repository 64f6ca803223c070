#pragma once

#include "server/base/ascii.hpp"
#include "server/base/log.hpp"
#include "server/net/connection.hpp"
#include "server/net/session.hpp"
#include "server/net/tls_trust.hpp"
#include "server/outbound/client.hpp"
#include "tests/support/memory_stream.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pillarbox::outbound {

/// A message that is in memory.
class Text final : public storage::MessageReader
{
public:
    explicit Text(std::string text) : text_(std::move(text)) {}

    std::uint64_t size() const override { return text_.size(); }
    void seek(std::uint64_t octet) override { at_ = octet; }
    awaitable<storage::Result<std::string_view>> next() override
    {
        if (fails) co_return make_error_code(storage::Errc::not_found);
        co_return std::string_view(text_).substr(std::exchange(at_, text_.size()));
    }

    bool fails = false;

private:
    std::string text_;
    std::size_t at_ = 0;
};

/// A client, and a next hop that says what a test lets it say.
class ClientTest : public testing::Test
{
public:
    ClientTest()
    {
        options_.own_name = "us.example";
        options_.host = "hop.example";
        envelope_.reverse_path = "a@us.example";
        envelope_.recipients = {"b@hop.example"};
    }
    ~ClientTest() override
    {
        if (started_ && !peer_->ended()) end();
    }

    /// Lines of the next hop begin with "S: ", and those that it must hear with
    /// "C: ".
    void dialogue(std::string_view script)
    {
        start();
        while (!script.empty()) {
            const auto line = ascii::take_until(script, '\n');
            if (line.starts_with("S: ")) peer_->send(std::string(line.substr(3)) + "\r\n");
            if (!line.starts_with("C: ")) continue;
            if (heard_.empty()) hear();
            const auto end = heard_.find('\n') + 1;
            EXPECT_EQ(heard_.substr(0, end), std::string(line.substr(3)) + "\r\n");
            heard_.erase(0, end);
        }
        hear();
        EXPECT_EQ(heard_, "") << "the script does not have it";
    }

    /// The next hop's side ends.
    void end()
    {
        peer_->close();
        peer_->settle();
    }

    /// "delivered 250 ok" and the like, or "lost" when nothing is known.
    static std::string text_of(const std::optional<Answer>& answer)
    {
        if (!answer) return "lost";
        const char* kind = answer->kind == Answer::Kind::delivered ? "delivered "
                           : answer->kind == Answer::Kind::later   ? "later "
                                                                   : "failed ";
        return kind + answer->status + ' ' + answer->words;
    }
    std::string outcome(std::size_t recipient = 0) const
    {
        return refused_ ? text_of(refused_) : text_of(answers_.at(recipient));
    }

    void start()
    {
        if (std::exchange(started_, true)) return;
        answers_.assign(envelope_.recipients.size(), std::nullopt);
        reactor_.spawn("client", talk());
        peer_->settle();
    }

    awaitable<void> talk()
    {
        net::Connection connection(reactor_, peer_->stream(), {});
        Client client(connection, options_);
        const auto all = [&] { return say_all(client); };
        co_await net::run_session(connection, Log(), all, nullptr);
        fault_ = client.fault();
        stage_ = client.stage();
    }

    awaitable<void> say_all(Client& client)
    {
        refused_ = co_await client.greet();
        for (int i = 0; i < messages_ && !refused_ && !client.over(); ++i)
            co_await client.deliver(envelope_, text_, answers_);
        co_await client.quit();
    }

    void hear()
    {
        peer_->settle();
        heard_ += peer_->take_output();
    }

    net::Reactor reactor_;
    std::unique_ptr<test::MemoryPeer> peer_ = std::make_unique<test::MemoryPeer>(reactor_);
    Client::Options options_;
    Envelope envelope_;
    Text text_{"Subject: hi\r\n\r\n.dot\r\n"};
    int messages_ = 1;
    bool started_ = false;
    std::string heard_;
    std::optional<Answer> refused_;
    std::vector<std::optional<Answer>> answers_;
    std::string fault_, stage_;
};

} // namespace pillarbox::outbound
