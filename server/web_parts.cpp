#include "server/web_parts.hpp"

#include "server/transcript/keeper.hpp"

namespace pillarbox {

http::Services web_services(storage::Store& store, auth::Login& login, const Config& config)
{
    http::Services services{store, login, config.hostname, {}};
    services.transcripts = transcript::directory_in(config.data_dir);
    if (!config.tls.off() && !config.https.listen.empty())
        services.https_port = config.https.listen.front().port;
    return services;
}

mailflow::Outbox::Options outbox_options(smtp::Rates& rates, const Config& config)
{
    mailflow::Outbox::Options options;
    options.most_recipients = config.smtp.max_recipients;
    options.largest = config.smtp.max_message_size;
    options.may_send = [&rates](storage::AccountId account) {
        return !rates.messages.take(account, smtp::Rates::OfAccounts::Clock::now());
    };
    return options;
}

} // namespace pillarbox
