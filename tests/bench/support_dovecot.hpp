#pragma once

#include "tests/bench/support_child.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace pillarbox::bench {

/// A new Maildir that belongs to nobody, with this many messages of so many
/// octets (as POP3 counts them), in the names of whose files their sizes are.
void make_maildir(const std::filesystem::path& folder, std::size_t messages, std::size_t octets);

/// Dovecot's POP3 over Maildirs, one for each user in `maildirs`, with its own
/// configuration in `folder`, and as fast as it can be told to be: processes
/// that serve any number of sessions, as many as come at a time; passwords
/// compared as they are, and cached; nothing written when mail was fetched. Any
/// user has `password` (without spaces). Wants root, and a folder that everybody
/// may enter. Gone with this object.
class Dovecot
{
public:
    Dovecot(std::filesystem::path folder, const std::filesystem::path& maildirs, const std::string& password);
    ~Dovecot();

    std::uint16_t port() const { return port_; }

    /// Why there can be none here; empty when there can.
    static std::string missing();

private:
    std::filesystem::path folder_;
    std::uint16_t port_;
    std::unique_ptr<Child> process_;
};

} // namespace pillarbox::bench
