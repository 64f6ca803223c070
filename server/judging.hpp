#pragma once

#include "server/base/config.hpp"
#include "server/mailflow/dmarc_tally.hpp"
#include "server/mailflow/intake.hpp"
#include "server/mailflow/learner.hpp"
#include "server/mailflow/sorter.hpp"
#include "server/mailflow/teller.hpp"
#include "server/reactors.hpp"
#include "server/resolvers.hpp"
#include "storage/store.hpp"

namespace pillarbox {

/// What judges mail from other servers, put together and given to the intake:
/// who asks DNS, who sorts, who learns from what people move, who counts for the
/// owners of domains, and who tells a webhook of it.
class Judging
{
public:
    /// Throws std::runtime_error with a sentence for people.
    Judging(Reactors& reactors, storage::Store& store, mailflow::Intake& intake, const Config& config);

    void start();

    /// Lets what has begun finish.
    void stop();

private:
    Reactors& reactors_;
    Resolvers resolvers_;
    mailflow::Sorter sorter_;
    mailflow::DmarcTally tally_;
    mailflow::Learner learner_;
    mailflow::Teller teller_;
};

} // namespace pillarbox
