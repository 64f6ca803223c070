#include "server/judging.hpp"

namespace pillarbox {

Judging::Judging(Reactors& reactors, storage::Store& store, mailflow::Intake& intake, const Config& config)
    : reactors_(reactors),
      resolvers_(reactors.of(Reactors::Turn::mail), config),
      sorter_(store.junk(), config.junk),
      tally_(reactors.of(Reactors::Turn::people).front()->executor(), store.tallies()),
      learner_(reactors.of(Reactors::Turn::people).front()->executor(), store, config.junk.learn),
      teller_(reactors.of(Reactors::Turn::people).front()->executor(), config.junk)
{
    intake.verify_with(resolvers_.dns());
    intake.sort_with(sorter_);
    intake.suppress_with(store.dead_addresses());
    intake.count_with(tally_);
    if (teller_.wanted()) intake.tell(teller_);
}

void Judging::start()
{
    reactors_.of(Reactors::Turn::people).front()->spawn("learner", learner_.run());
    reactors_.of(Reactors::Turn::people).front()->spawn("dmarc_tally", tally_.run());
    if (teller_.wanted()) reactors_.of(Reactors::Turn::people).front()->spawn("teller", teller_.run());
}

void Judging::stop()
{
    learner_.stop();
    tally_.stop();
    teller_.stop();
}

} // namespace pillarbox
