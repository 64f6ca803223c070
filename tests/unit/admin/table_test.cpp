#include "server/admin/table.hpp"

#include <gtest/gtest.h>

namespace pillarbox::admin {

TEST(Table, AlignsColumnsForPeople)
{
    Table table({"address", "admin", "octets", "targets"});
    table.add(
        {std::string("alice@example.org"), true, std::uint64_t(12), std::vector<std::string>{"a", "b"}});
    table.add({std::string(""), false, std::uint64_t(3), std::vector<std::string>{}});
    EXPECT_EQ(table.text(), "address            admin  octets  targets\n"
                            "alice@example.org  yes    12      a, b\n"
                            "-                  no     3       \n");
}

TEST(Table, IsOneArrayForMachines)
{
    Table table({"address", "admin", "octets", "targets"});
    table.add({std::string("a\"b"), true, std::uint64_t(12), std::vector<std::string>{"x"}});
    EXPECT_EQ(table.json(), "[{\"address\":\"a\\\"b\",\"admin\":true,\"octets\":12,\"targets\":[\"x\"]}]\n");
    EXPECT_EQ(Table({"address"}).json(), "[]\n");
}

TEST(Table, WritesTimesInUtc)
{
    EXPECT_EQ(format_time(1'000'000'000), "2001-09-09T01:46:40Z");
}

} // namespace pillarbox::admin
