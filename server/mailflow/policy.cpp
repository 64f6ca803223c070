#include "server/mailflow/policy.hpp"

namespace pillarbox::mailflow {

Disposition disposition(const Config::Verify& terms, mailauth::DmarcResult result,
                        mailauth::DmarcPolicy policy)
{
    using mailauth::DmarcPolicy;
    using mailauth::DmarcResult;
    if (terms.mode != Config::Verify::Mode::enforce) return Disposition::deliver;
    switch (result) {
    case DmarcResult::none:
    case DmarcResult::pass:
        return Disposition::deliver;
    case DmarcResult::temperror:
        return terms.defer_on_fault ? Disposition::try_later : Disposition::deliver;
    case DmarcResult::permerror:
    case DmarcResult::fail:
        break;
    }
    if (policy == DmarcPolicy::reject) return Disposition::refuse;
    return policy == DmarcPolicy::quarantine && terms.quarantine_to_junk ? Disposition::junk
                                                                         : Disposition::deliver;
}

} // namespace pillarbox::mailflow
