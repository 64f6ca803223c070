#include "tests/transcripts/runner/peer.hpp"

#include "tests/support/memory_stream.hpp"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

namespace pillarbox::transcripts {

namespace {

/// Cuts the first line off, when all of it is there.
std::optional<std::string> take_line(std::string& octets)
{
    const auto end = octets.find("\r\n");
    if (end == std::string::npos) return std::nullopt;
    std::string line = octets.substr(0, end);
    octets.erase(0, end + 2);
    return line;
}

class MemoryClient final : public Peer
{
public:
    MemoryClient(World& world, const Protocol& protocol, std::string_view address)
        : peer_(world.reactor(), address)
    {
        world.reactor().spawn("transcript", protocol.serve(world, peer_.stream()));
    }

    /// The session uses the world, so it goes first, also when a line did not fit.
    ~MemoryClient() override
    {
        try {
            peer_.vanish();
            peer_.settle();
        } catch (const std::exception&) {
            std::terminate(); // a session that cannot be ended is worse than a failure
        }
    }

    void send(std::string_view octets, std::size_t piece) override
    {
        peer_.send_in_pieces(octets, std::min(piece, octets.size()));
    }

    std::optional<std::string> read_line() override
    {
        if (auto line = take_line(received_)) return line;
        receive();
        return take_line(received_);
    }

    std::string unread() override
    {
        receive();
        return std::exchange(received_, {});
    }

    void start_tls() override
    {
        peer_.settle();
        if (!peer_.secure()) throw std::runtime_error("the server did not begin TLS");
    }

    void close() override { peer_.close(); }

    bool ended() override
    {
        receive();
        return peer_.ended();
    }

private:
    void receive()
    {
        peer_.settle();
        received_ += peer_.take_output();
    }

    test::MemoryPeer peer_;
    std::string received_;
};

} // namespace

std::unique_ptr<Peer> connect_in_memory(World& world, const Protocol& protocol, std::string_view address)
{
    return std::make_unique<MemoryClient>(world, protocol, address);
}

} // namespace pillarbox::transcripts
