#pragma once

#include "server/base/config.hpp"
#include "storage/unique_id.hpp"

#include <cstdint>

namespace pillarbox::pop3 {

/// What a session does wrong on purpose, for those who test clients:
/// `test.pop3_faults`. The session asks at the points named here; with no
/// fault set every answer leaves things as they are.
class Faults
{
public:
    explicit Faults(const Config::Test& test);

    /// RETR: one line of the message, and then nothing more.
    bool stalls_retr() const { return has(Fault::stall_retr); }

    /// The size that LIST and RETR tell, in octets: one too many.
    std::uint64_t size(std::uint64_t octets) const { return octets + (has(Fault::wrong_size) ? 1 : 0); }

    /// The unique id that UIDL tells: the same for every message.
    storage::UniqueId unique_id(const storage::UniqueId& unique_id) const;

    /// Every sign-in finds its maildrop held by another session.
    bool in_use() const { return has(Fault::in_use); }

    /// QUIT removes what was marked, and then the connection ends without an answer.
    bool drops_before_quit_answer() const { return has(Fault::drop_before_quit_answer); }

private:
    using Fault = Config::Test::Pop3Fault;

    static unsigned bit(Fault fault) { return 1u << static_cast<unsigned>(fault); }
    bool has(Fault fault) const { return (faults_ & bit(fault)) != 0; }

    unsigned faults_ = 0;
};

} // namespace pillarbox::pop3
