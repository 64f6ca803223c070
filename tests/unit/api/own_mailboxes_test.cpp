#include "tests/unit/api/site_test.hpp"

#include <boost/json/array.hpp>

namespace pillarbox::api {
namespace {

class OwnMailboxesTest : public SiteTest
{
protected:
    Reply add(const std::string& name, std::string_view who = "alice")
    {
        return ask(as(who, "POST", path, R"({"name":")" + name + "\"}"));
    }

    Reply rename(const std::string& id, const std::string& name, std::string_view who = "alice")
    {
        return ask(as(who, "PATCH", path + "/" + id, R"({"name":")" + name + "\"}"));
    }

    Reply remove(const std::string& id, std::string_view who = "alice")
    {
        return ask(as(who, "DELETE", path + "/" + id));
    }

    static std::string id_of(const Reply& reply) { return std::string(reply.json().at("id").as_string()); }

    /// The names of those that people make.
    std::string own()
    {
        std::string all;
        const auto list = get("alice", path).json();
        for (const auto& item : list.at("items").as_array())
            if (item.at("role").as_string() == "own") all += std::string(item.at("name").as_string()) + " ";
        return all;
    }

    const std::string path = "/api/v1/mailboxes";
};

TEST_F(OwnMailboxesTest, AreMadeRenamedAndRemoved)
{
    const auto bills = add("Bills");
    ASSERT_EQ(bills.status, 201u) << bills.body;
    EXPECT_EQ(bills.field("Location"), path + "/" + id_of(bills));
    EXPECT_EQ(bills.json().at("role").as_string(), "own");
    EXPECT_EQ(add("Bills/2025").status, 201u);
    EXPECT_EQ(own(), "Bills Bills/2025 ");
    const auto renamed = rename(id_of(bills), "Rechnungen für Strom");
    ASSERT_EQ(renamed.status, 200u) << renamed.body;
    EXPECT_EQ(renamed.json().at("name").as_string(), "Rechnungen für Strom");
    EXPECT_EQ(own(), "Rechnungen für Strom Rechnungen für Strom/2025 ");
    EXPECT_EQ(remove(id_of(bills)).problem(), "conflict") << "another lies in it";
    const auto list = get("alice", path).json();
    const auto inner = std::string(list.at("items").as_array().back().at("id").as_string());
    EXPECT_EQ(remove(inner).status, 204u);
    EXPECT_EQ(remove(id_of(bills)).status, 204u);
    EXPECT_EQ(own(), "");
}

TEST_F(OwnMailboxesTest, AreRefusedInWords)
{
    const auto bills = add("Bills");
    EXPECT_EQ(add("Bills").problem(), "conflict");
    EXPECT_EQ(add("inbox").problem(), "conflict") << "there is one, in any letters";
    for (const std::string name : {"", "*", "a%", "a//b", "/a", "a/", "a\\u0007b"})
        EXPECT_EQ(add(name).problem(), "invalid") << name;
    EXPECT_EQ(add(std::string(256, 'x')).status, 400u);
    EXPECT_EQ(rename(id_of(bills), "Archive").problem(), "conflict");
    EXPECT_EQ(rename(id_of(bills), "Bills/of mine").problem(), "invalid") << "into itself";
    EXPECT_EQ(rename("inbox", "Outbox").problem(), "conflict");
    EXPECT_EQ(remove("trash").problem(), "conflict");
    EXPECT_EQ(rename("7777", "x").status, 404u);
    EXPECT_EQ(remove("7777").status, 404u);
    EXPECT_EQ(rename(id_of(bills), "Mine", "bob").status, 404u) << "somebody else's";
    EXPECT_EQ(remove(id_of(bills), "bob").status, 404u);
    EXPECT_EQ(own(), "Bills ");
}

} // namespace
} // namespace pillarbox::api
