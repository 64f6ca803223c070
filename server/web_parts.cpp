#include "server/web_parts.hpp"

namespace pillarbox {

http::Services web_services(storage::Store& store, auth::Login& login, const Config& config)
{
    http::Services services{store, login, config.hostname, {}};
    if (!config.tls.off() && !config.https.listen.empty())
        services.https_port = config.https.listen.front().port;
    return services;
}

mailflow::Outbox::Options outbox_options(smtp::SubmissionRate& rate, const Config& config)
{
    mailflow::Outbox::Options options;
    options.most_recipients = config.smtp.max_recipients;
    options.largest = config.smtp.max_message_size;
    options.may_send = [&rate](storage::AccountId account) {
        return rate.take(account, smtp::SubmissionRate::Clock::now());
    };
    return options;
}

} // namespace pillarbox
