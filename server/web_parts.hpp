#pragma once

#include "server/base/config.hpp"
#include "server/mailflow/outbox.hpp"
#include "server/smtp/rate.hpp"
#include "web/http/site.hpp"

namespace pillarbox {

/// What the web stands on.
http::Services web_services(storage::Store& store, auth::Login& login, const Config& config);

/// The limits of what is sent from a browser: those of submission, and its rate.
mailflow::Outbox::Options outbox_options(smtp::Rates& rates, const Config& config);

} // namespace pillarbox
