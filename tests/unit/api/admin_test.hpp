#pragma once

#include "tests/unit/api/site_test.hpp"

#include <boost/json/serialize.hpp>

namespace pillarbox::api {

/// With alice as an administrator.
class AdminTest : public SiteTest
{
protected:
    AdminTest() { EXPECT_TRUE(run(store_->accounts().set_admin("alice@example.org", true))); }

    Reply post(std::string_view path, std::string_view body) { return ask(as("alice", "POST", path, body)); }
    Reply patch(std::string_view path, std::string_view body)
    {
        return ask(as("alice", "PATCH", path, body));
    }
    Reply erase(std::string_view path) { return ask(as("alice", "DELETE", path)); }

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
