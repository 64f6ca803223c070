#pragma once

#include "tests/unit/api/site_test.hpp"

#include <boost/json/serialize.hpp>

namespace pillarbox::api {

/// With root@example.org, an administrator.
class AdminTest : public SiteTest
{
protected:
    AdminTest()
    {
        storage::NewAccount root;
        root.address = "root@example.org";
        root.password_hash = run(store_->accounts().find("alice@example.org"))->password_hash;
        root.admin = true;
        EXPECT_TRUE(run(store_->accounts().add({root})));
    }

    Reply post(std::string_view path, std::string_view body) { return ask(as("root", "POST", path, body)); }
    Reply patch(std::string_view path, std::string_view body) { return ask(as("root", "PATCH", path, body)); }
    Reply erase(std::string_view path) { return ask(as("root", "DELETE", path)); }

    /// The first thing that a refusal is about.
    static std::string pointer(const Reply& reply)
    {
        const auto value = reply.json();
        const auto* errors = value.as_object().if_contains("errors");
        return errors ? std::string(errors->as_array().at(0).at("pointer").as_string()) : "";
    }

    std::string id_of(const std::string& address)
    {
        return std::to_string(static_cast<std::int64_t>(run(store_->accounts().find(address))->id));
    }
};

} // namespace pillarbox::api
