#include "server/mailflow/policy.hpp"

#include <gtest/gtest.h>

namespace pillarbox::mailflow {
namespace {

using mailauth::DmarcPolicy;
using mailauth::DmarcResult;

TEST(DispositionOf, FollowsTheOwnersWish)
{
    const Config::Verify terms;
    const struct
    {
        DmarcResult result;
        DmarcPolicy policy;
        Disposition disposition;
    } cases[] = {
        {DmarcResult::fail, DmarcPolicy::reject, Disposition::refuse},
        {DmarcResult::fail, DmarcPolicy::quarantine, Disposition::junk},
        {DmarcResult::fail, DmarcPolicy::none, Disposition::deliver},
        {DmarcResult::pass, DmarcPolicy::reject, Disposition::deliver},
        {DmarcResult::none, DmarcPolicy::none, Disposition::deliver},
        {DmarcResult::temperror, DmarcPolicy::none, Disposition::deliver},
        {DmarcResult::permerror, DmarcPolicy::none, Disposition::deliver},
        {DmarcResult::permerror, DmarcPolicy::quarantine, Disposition::junk},
    };
    for (const auto& [result, policy, expected] : cases)
        EXPECT_EQ(disposition(terms, result, policy), expected) << name_of(result) << ' ' << name_of(policy);
}

TEST(DispositionOf, DependsOnTheSettings)
{
    EXPECT_EQ(disposition({.mode = Config::Verify::Mode::note}, DmarcResult::fail, DmarcPolicy::reject),
              Disposition::deliver);
    EXPECT_EQ(disposition({.quarantine_to_junk = false}, DmarcResult::fail, DmarcPolicy::quarantine),
              Disposition::deliver);
    EXPECT_EQ(disposition({.defer_on_fault = true}, DmarcResult::temperror, DmarcPolicy::none),
              Disposition::try_later);
    EXPECT_EQ(disposition({.mode = Config::Verify::Mode::note, .defer_on_fault = true},
                          DmarcResult::temperror, DmarcPolicy::none),
              Disposition::deliver);
}

} // namespace
} // namespace pillarbox::mailflow
