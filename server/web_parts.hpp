#pragma once

#include "server/base/config.hpp"
#include "server/mailflow/outbox.hpp"
#include "server/outbound/reporter.hpp"
#include "server/smtp/rate.hpp"
#include "web/http/site.hpp"

#include <functional>
#include <memory>
#include <string>

namespace pillarbox {

/// What the web stands on. `now` tells the configuration as it is by then; with
/// a code the server is to be set up in a browser. `reporter` makes what is told
/// of mail that an administrator gives back.
http::Services web_services(storage::Store& store, auth::Login& login,
                            std::function<std::shared_ptr<const Config>()> now, std::string setup_code,
                            outbound::Reporter reporter);

/// The limits of what is sent from a browser: those of submission, and its rate.
mailflow::Outbox::Options outbox_options(smtp::Rates& rates, const Config& config);

} // namespace pillarbox
