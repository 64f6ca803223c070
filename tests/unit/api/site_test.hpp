#pragma once

#include "server/auth/login.hpp"
#include "server/base/config.hpp"
#include "server/mailflow/intake.hpp"
#include "server/mailflow/outbox.hpp"
#include "storage/store.hpp"
#include "tests/support/run_task.hpp"
#include "tests/support/temporary_folder.hpp"
#include "web/http/site.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::api {

/// An answer, its body read to the end.
struct Reply
{
    unsigned status = 0;
    http::Fields fields;
    std::string body;

    std::string_view field(std::string_view name) const { return fields.find(name); }
    boost::json::value json() const; // throws when it is none
    std::string problem() const;     // the NAME of urn:pillarbox:problem:NAME
};

/// The whole site on a real store, with alice@, bob@ and carol@example.org.
class SiteTest : public testing::Test
{
protected:
    SiteTest();
    ~SiteTest() override;

    /// A request to https://localhost as browsers send them, not signed in.
    static http::Request request(std::string_view method, std::string_view target,
                                 std::string_view body = {});

    /// The same by somebody who is signed in, token and origin included.
    http::Request as(std::string_view who, std::string_view method, std::string_view target,
                     std::string_view body = {});

    Reply ask(http::Request request, bool draining = false);
    Reply get(std::string_view who, std::string_view target) { return ask(as(who, "GET", target)); }

    /// All of them at the same time.
    std::vector<Reply> ask_together(std::vector<http::Request> requests);

    Reply sign_in(std::string_view address, std::string_view password);

    /// Brings a message in on the road that all mail takes; LF line ends.
    void deliver(std::string_view address, std::string_view message);

    /// The id of the newest message in somebody's Inbox.
    std::string newest(std::string_view who);

    template <class Value>
    Value run(boost::asio::awaitable<Value> task)
    {
        return test::run_task(context_, std::move(task));
    }

    static constexpr std::chrono::seconds vault = std::chrono::days{14};
    static constexpr std::string_view password = "correct horse";
    static constexpr std::string_view setup_code = "ABCD-2345";

    struct Signed
    {
        std::string cookie;
        std::string token;
    };
    const Signed& session_of(std::string_view who);

    boost::asio::io_context context_{1}; // outlives the store
    test::TemporaryFolder folder_;
    Config config_;
    std::unique_ptr<storage::Store> store_;
    std::unique_ptr<auth::Login> login_;
    std::unique_ptr<mailflow::Intake> intake_;
    std::unique_ptr<mailflow::Outbox> outbox_;
    bool may_send_ = true; // the account has not had its share of the hour
    std::unique_ptr<http::Site> site_;
    std::vector<std::pair<std::string, Signed>> sessions_;
};

} // namespace pillarbox::api
