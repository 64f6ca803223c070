#pragma once

#include "storage/accounts.hpp"
#include "web/api/admin.hpp"
#include "web/api/own_letters.hpp"
#include "web/http/site.hpp"

#include <boost/json/object.hpp>

#include <string>

namespace pillarbox::api {

// What a person sets of their own account. None of it is for programs: who has
// found a token must not be able to make another one.

void add_password(http::Router& router, Administration shared, Notices notices);
void add_reset_links(http::Router& router, Administration shared, Notices notices);
void add_sessions(http::Router& router, const http::Services& services);
void add_app_passwords(http::Router& router, Administration shared, Notices notices);
void add_tokens(http::Router& router, const http::Services& services, Notices notices);
void add_identities(http::Router& router, const http::Services& services);
void add_settings(http::Router& router, const http::Services& services);
void add_client_settings(http::Router& router, const http::Services& services);

/// Who is signed in, with what the application needs to go on: the answer to
/// signing in, and to whatever makes the session a new one.
http::Response describe_session(const http::Services& services, const storage::WebSession& session,
                                std::string_view address, bool admin);

/// What a sign-in that failed is answered with; `wrong` where name or password
/// were.
http::Response refuse_sign_in(const http::Request& request, boost::system::error_code error,
                              http::Response wrong);

} // namespace pillarbox::api
