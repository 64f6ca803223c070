#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace pillarbox::storage {

/// A message's name for UIDL: 1 to 70 visible ASCII characters that are never
/// another message's, RFC 1939 §7. A maildrop has one for each message, so it
/// becomes text only when it is said.
class UniqueId
{
public:
    UniqueId() = default;

    /// The store's own: the message's uid, in a mailbox that begins so.
    UniqueId(std::uint64_t uid_validity, std::uint32_t uid) : uid_validity_(uid_validity), uid_(uid) {}

    /// Brought along from another server.
    explicit UniqueId(std::string brought) : brought_(std::make_shared<const std::string>(std::move(brought)))
    {}

    void append_to(std::string& text) const;
    std::string text() const;

private:
    std::uint64_t uid_validity_ = 0;
    std::uint32_t uid_ = 0;
    std::shared_ptr<const std::string> brought_;
};

} // namespace pillarbox::storage
