#pragma once

#include "server/net/transcript.hpp"

#include <memory>
#include <string>
#include <vector>

namespace pillarbox::transcripts {

/// Keeps what a server would keep of each session, and looks for the passwords
/// of the script in it: whatever a conversation is about, they must not be there.
class Secrets final : public net::Transcript::Keeper
{
public:
    void add(const std::string& password) { passwords_.push_back(password); }

    std::unique_ptr<net::Transcript> transcript();
    void keep(net::Transcript::About about, std::string text) noexcept override;

    /// Throws std::runtime_error with the line that a password is in, plain or in base64.
    void check() const;

private:
    std::vector<std::string> passwords_;
    std::string kept_;
};

} // namespace pillarbox::transcripts
