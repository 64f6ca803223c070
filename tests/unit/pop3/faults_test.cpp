#include "server/pop3/faults.hpp"

#include <gtest/gtest.h>

namespace pillarbox::pop3 {
namespace {

using Fault = Config::Test::Pop3Fault;

Faults with(std::vector<Fault> faults)
{
    Config::Test terms;
    terms.mode = true;
    terms.pop3_faults = std::move(faults);
    return Faults(terms);
}

TEST(Faults, AreNoneUnlessSet)
{
    const Faults faults{Config::Test{}};
    const storage::UniqueId id("k3f9");
    EXPECT_FALSE(faults.stalls_retr());
    EXPECT_FALSE(faults.in_use());
    EXPECT_FALSE(faults.drops_before_quit_answer());
    EXPECT_EQ(faults.size(320), 320u);
    EXPECT_EQ(faults.unique_id(id).text(), "k3f9");
}

TEST(Faults, AreThoseThatWereSet)
{
    const storage::UniqueId id("k3f9");
    EXPECT_TRUE(with({Fault::stall_retr}).stalls_retr());
    EXPECT_FALSE(with({Fault::stall_retr}).in_use());
    EXPECT_TRUE(with({Fault::in_use}).in_use());
    EXPECT_TRUE(with({Fault::drop_before_quit_answer}).drops_before_quit_answer());
    EXPECT_FALSE(with({Fault::drop_before_quit_answer}).stalls_retr());
    EXPECT_EQ(with({Fault::wrong_size}).size(320), 321u);
    EXPECT_EQ(with({Fault::wrong_size}).unique_id(id).text(), "k3f9");
    EXPECT_EQ(with({Fault::doubled_uidl}).unique_id(id).text(), "doubled");
    const Faults several = with({Fault::in_use, Fault::wrong_size});
    EXPECT_TRUE(several.in_use());
    EXPECT_EQ(several.size(0), 1u);
}

} // namespace
} // namespace pillarbox::pop3
