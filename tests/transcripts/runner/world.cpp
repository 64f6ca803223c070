#include "tests/transcripts/runner/world.hpp"

#include "server/auth/digest.hpp"
#include "server/auth/password.hpp"
#include "server/base/ascii.hpp"
#include "server/base/setting_values.hpp"
#include "tests/transcripts/runner/provider.hpp"
#include "tests/transcripts/runner/text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <exception>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <utility>

namespace pillarbox::transcripts {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view domain = "example.test";
constexpr auth::HashCost cheap{.passes = 1, .kib = 64};

std::string address_of(const std::string& name)
{
    return name.find('@') == std::string::npos ? name + '@' + std::string(domain) : name;
}

/// Limits may be smaller here than a configuration may make them: that keeps
/// conversations short.
bool set_limit(std::string_view setting, Config& config)
{
    const std::string_view key = ascii::take_until(setting, '=');
    const auto value = ascii::parse_number<std::uint32_t>(setting);
    if (!value) return false;
    if (key == "smtp.max_recipients")
        config.smtp.max_recipients = *value;
    else if (key == "smtp.max_message_size")
        config.smtp.max_message_size = *value;
    else
        return false;
    return true;
}

Config settings_of(const std::vector<std::string>& settings, const fs::path& directory)
{
    ConfigSources sources;
    sources.file = "/dev/null";
    sources.base.hostname = "mail.example.test";
    sources.base.data_dir = directory;
    sources.base.auth.hash_passes = cheap.passes;
    sources.base.auth.hash_kib = cheap.kib;
    sources.base.limits.exempt = {{"0.0.0.0", 0}, {"::", 0}};
    sources.base.auth.oauth_keys = directory / "provider.json";
    sources.base.auth.oauth_issuer = provider::issuer;
    sources.base.auth.oauth_audience = provider::audience;
    std::ofstream(sources.base.auth.oauth_keys) << provider::key_set();
    for (const std::string& setting : settings)
        if (!set_limit(setting, sources.base)) sources.set.push_back(setting);
    return load_config(sources);
}

/// A store's refusal fails the transcript.
template <class T>
void need(const storage::Result<T>& result, const std::string& what)
{
    if (!result) throw std::runtime_error(what + ": " + result.error().message());
}

asio::awaitable<void> need_done(asio::awaitable<storage::Result<void>> change, std::string what)
{
    const auto done = co_await std::move(change);
    need(done, what);
}

} // namespace

World::World(const std::vector<std::string>& settings)
    : config_(std::make_shared<Config>(settings_of(settings, directory_.path())))
{
    if (!config_->tls.off()) {
        const fs::path certificate = directory_.path() / "certificate.pem";
        const fs::path key = directory_.path() / "key.pem";
        net::ensure_self_signed(certificate, key, config_->hostname);
        tls_ = std::make_unique<net::TlsContext>(net::TlsContext::Options{certificate, key});
    }
    storage::Options options;
    options.directory = directory_.path() / "store";
    options.disk_reserve = 0;
    options.default_quota = config_->storage.quota;
    options.separators = config_->addresses.separators;
    store_ = storage::open(options);
    key_ = auth::load_or_make_key(directory_.path());
    login_ = std::make_unique<auth::Login>(store_->accounts(), *config_, key_);
    intake_ = std::make_unique<mailflow::Intake>(store_->accounts(), store_->mail(), config_->hostname,
                                                 nullptr, mailflow::Srs(srs_key));
    rates_ = std::make_unique<smtp::Rates>(*config_);
    add_domain_of(address_of({}));
}

World::~World() = default;

/// A domain is there as soon as an account is in it.
void World::add_domain_of(const std::string& address)
{
    const std::string name = address.substr(address.rfind('@') + 1);
    if (!domains_.insert(name).second) return;
    run(need_done(store_->accounts().add_domain(name), name + " cannot be added"));
}

void World::add_account(const std::string& name, const std::string& password, bool admin)
{
    add_domain_of(address_of(name));
    secrets_.add(password);
    std::vector<storage::NewAccount> accounts(1);
    accounts.front().address = address_of(name);
    accounts.front().password_hash = auth::hash_password(password, cheap);
    accounts.front().admin = admin;
    run(need_done(store_->accounts().add(std::move(accounts)), name + " cannot be added"));
}

void World::add_app_password(const std::string& name, const std::string& label, const std::string& password,
                             bool apop)
{
    secrets_.add(password);
    const std::string address = address_of(name);
    storage::AppPassword entry;
    entry.label = label;
    entry.password_hash = auth::hash_password(password, auth::app_password_cost);
    if (apop) entry.sealed = auth::seal(key_, address, label, password);
    run(need_done(store_->accounts().add_app_password(address, std::move(entry)),
                  label + " cannot be added"));
}

void World::set_pop3_terms(const std::string& name, const std::string& login_delay, const std::string& expire)
{
    storage::Pop3Terms terms;
    if (login_delay != "-") terms.login_delay = setting::parse_login_delay(login_delay);
    if (expire != "-") terms.expire = setting::parse_expire(expire);
    run(need_done(store_->accounts().set_pop3(address_of(name), terms), name + " cannot have terms"));
}

void World::disable_alias(const std::string& address)
{
    run(need_done(store_->accounts().set_alias_enabled(address_of(address), false),
                  address + " cannot be disabled"));
}

void World::permit_sender(const std::string& name, const std::string& permitted)
{
    run(need_done(store_->accounts().add_sender(address_of(name), permitted), name + " cannot be permitted"));
}

void World::add_alias(const std::string& address, const std::vector<std::string>& targets, bool ended)
{
    storage::Alias alias;
    alias.address = address_of(address);
    if (ended) alias.until = storage::Time(std::chrono::seconds(1));
    for (const std::string& target : targets)
        alias.targets.push_back(address_of(target));
    run(need_done(store_->accounts().add_alias(std::move(alias)), address + " cannot be added"));
}

void World::deliver(const std::string& name, std::string_view octets, bool junk)
{
    run(store_message(address_of(name), octets, junk));
}

std::vector<storage::Queued> World::queued()
{
    std::vector<storage::Queued> entries;
    run(list_queue(entries));
    return entries;
}

asio::awaitable<void> World::list_queue(std::vector<storage::Queued>& entries)
{
    const auto queued = co_await store_->queue().list(1000);
    need(queued, "the queue cannot be listed");
    entries = *queued;
}

asio::awaitable<void> World::store_message(std::string address, std::string_view octets, bool junk)
{
    const auto account = co_await store_->accounts().find(address);
    need(account, address + " cannot be found");
    storage::Delivery delivery;
    delivery.reverse_path = "sender@example.net";
    delivery.copies.resize(1);
    delivery.copies.front().account = account->id;
    if (junk) delivery.copies.front().mailbox = storage::MailboxRole::junk;
    delivery.body = store_->mail().new_spool();
    need(delivery.body->append(octets), "the message cannot be spooled");
    const auto stored = co_await store_->mail().deliver(std::move(delivery));
    need(stored, "the message cannot be stored");
}

void World::run(asio::awaitable<void> task)
{
    std::optional<std::exception_ptr> outcome;
    auto done = [&outcome](std::exception_ptr fault) { outcome = fault; };
    asio::io_context& loop = reactor_.context();
    asio::co_spawn(loop, std::move(task), std::move(done));
    loop.restart();
    while (!outcome && loop.run_one() > 0) {
    }
    if (!outcome) throw std::runtime_error("the store never answered");
    if (*outcome) std::rethrow_exception(*outcome);
}

} // namespace pillarbox::transcripts
