#pragma once

#include "tests/bench/support_child.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace pillarbox::bench {

/// Postfix, with its own configuration, queue and log in `folder`, which
/// delivers mail for example.org to Maildirs below `folder`/mail, one for each
/// address. It answers 250 once its queue file is flushed, and flushes each
/// message in the Maildir as well. Nothing checks who sends. Wants root, and a
/// folder that everybody may enter. Gone with this object.
class Postfix
{
public:
    Postfix(std::filesystem::path folder, const std::vector<std::string>& addresses);
    ~Postfix();

    std::uint16_t port() const { return port_; }
    std::filesystem::path maildirs() const { return folder_ / "mail"; }
    /// Messages that are in the Maildirs.
    std::size_t delivered() const;
    /// Returns when that many are; throws after five minutes.
    void await_delivered(std::size_t messages) const;

private:
    std::filesystem::path folder_;
    std::uint16_t port_;
    std::unique_ptr<Child> process_; // the master
};

} // namespace pillarbox::bench
