#include "server/web_parts.hpp"

#include "server/auth/key_file.hpp"
#include "server/outbound/give_up.hpp"
#include "server/transcript/keeper.hpp"

#include <utility>

namespace pillarbox {

http::Services web_services(storage::Store& store, auth::Login& login,
                            std::function<std::shared_ptr<const Config>()> now, std::string setup_code,
                            outbound::Reporter reporter)
{
    const auto held = now();
    const Config& config = *held;
    http::Services services{store, login, config.hostname, {}};
    services.secret = auth::load_or_make_key(config.data_dir);
    services.setup_code = std::move(setup_code);
    services.transcripts = transcript::directory_in(config.data_dir);
    services.vault = config.storage.vault;
    if (!config.tls.off() && !config.https.listen.empty())
        services.https_port = config.published(config.https.listen);
    services.config = std::move(now);
    services.give_up = [&store, reporter = std::move(reporter)](storage::QueueId id) {
        return outbound::give_up(store, reporter, id);
    };
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
