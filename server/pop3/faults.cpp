#include "server/pop3/faults.hpp"

namespace pillarbox::pop3 {

Faults::Faults(const Config::Test& test)
{
    for (const Fault fault : test.pop3_faults)
        faults_ |= bit(fault);
}

storage::UniqueId Faults::unique_id(const storage::UniqueId& unique_id) const
{
    return has(Fault::doubled_uidl) ? storage::UniqueId("doubled") : unique_id;
}

} // namespace pillarbox::pop3
