#pragma once

#include "server/mailflow/intake.hpp"
#include "web/http/router.hpp"
#include "web/http/site.hpp"

#include <string>

namespace pillarbox::api {

/// Brings a message of the server's own to an account here, on the road that
/// all mail takes, and so that nothing ever answers it. Why it could not, in the
/// log's words; empty when it did.
http::awaitable<std::string> bring(const http::Services& services, mailflow::Intake& intake,
                                   std::string address, std::string message);

/// What account owners are told of that was done to their accounts.
class Notices
{
public:
    Notices(const http::Services& services, mailflow::Intake& intake) : services_(services), intake_(intake)
    {}

    /// Tells the owner that the caller did something: `subject` says what, in
    /// ASCII, `detail` more, in one line. What cannot be told is logged, and no
    /// reason to undo it.
    http::awaitable<void> tell(const http::Context& context, std::string address, std::string subject,
                               std::string detail) const;

private:
    const http::Services& services_;
    mailflow::Intake& intake_;
};

} // namespace pillarbox::api
