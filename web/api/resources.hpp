#pragma once

#include "web/api/composing.hpp"
#include "web/api/content.hpp"
#include "web/http/site.hpp"

#include <memory>

namespace pillarbox::api {

class Jobs;

// One source for a resource; each adds its routes.

void add_session(http::Router& router, const http::Services& services);
void add_mailboxes(http::Router& router, const http::Services& services);
void add_messages(const http::Site& site, http::Router& router, std::shared_ptr<Structures> structures);
void add_search(http::Router& router, const http::Services& services);
void add_threads(http::Router& router, const http::Services& services);
void add_events(http::Router& router, const http::Site& site);
void add_drafts(http::Router& router, Composing composing);
void add_sending(const http::Site& site, http::Router& router, Composing composing);
void add_devices(http::Router& router, const http::Services& services);
void add_junk(http::Router& router, const http::Services& services);
void add_autoconfig(http::Router& router, const http::Services& services);
void add_mta_sts(http::Router& router, const http::Services& services);
void add_setup(http::Site& site, mailflow::Intake& intake);
void add_trace(http::Router& router, const http::Services& services);
void add_transcripts(http::Router& router, const http::Services& services);
void add_own_mailboxes(http::Router& router, const http::Services& services);
void add_vault(http::Router& router, const http::Services& services);
void add_jobs(http::Router& router, std::shared_ptr<Jobs> jobs);
void add_batch(http::Router& router, const http::Services& services, std::shared_ptr<Jobs> jobs);
void add_import(http::Router& router, const http::Services& services, std::shared_ptr<Jobs> jobs);
void add_export(http::Router& router, const http::Services& services);
void add_parts(http::Router& router, const http::Services& services, std::shared_ptr<Structures> structures);

} // namespace pillarbox::api
