#include "server/application.hpp"

#include "server/auth/key_file.hpp"
#include "server/base/metrics.hpp"
#include "server/base/notify.hpp"
#include "server/certificates.hpp"
#include "server/demo.hpp"
#include "server/endpoint_text.hpp"
#include "server/first_start.hpp"
#include "server/hardening.hpp"
#include "server/judging.hpp"
#include "server/mailflow/held_mail.hpp"
#include "server/memory.hpp"
#include "server/metrics_endpoint.hpp"
#include "server/net/descriptor.hpp"
#include "server/net/listener.hpp"
#include "server/net/tls.hpp"
#include "server/outbound/runner.hpp"
#include "server/pop3/session.hpp"
#include "server/reactors.hpp"
#include "server/signing/domain_signer.hpp"
#include "server/smtp/session.hpp"
#include "server/store_log.hpp"
#include "server/test_mode.hpp"
#include "server/transcript/keeper.hpp"
#include "server/web_parts.hpp"
#include "web/api/api.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <mutex>

namespace pillarbox {

namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds drain_grace{10};          // for sessions to finish what they began
constexpr std::chrono::seconds certificate_interval{10}; // between looks at the certificate's files
constexpr std::size_t kept_descriptors = 64;             // for the store, whatever the connections take

/// The running server. Members are in the order in which they must come to
/// life; the reactors come first, so that they go last: store and password
/// threads post to them until they are joined.
class Application
{
public:
    Application(ConfigSources sources, Config config, std::string setup_code);

    /// Until told to stop.
    void run();

    /// Of a listener, the first if it has several; 0 where there is none.
    std::uint16_t published_port(const std::string& protocol)
    {
        return started_with_->published(ports_[protocol]);
    }

private:
    using Session = std::function<net::awaitable<void>(net::Connection&, Log)>;

    std::shared_ptr<const Config> config() const;
    void listen();
    void listen(const char* protocol, Reactors::Turn turn, const std::vector<Endpoint>& endpoints,
                bool implicit_tls, std::string too_many, net::Connection::Limits limits, Session session,
                std::function<std::string(net::Errc)> farewell);
    Session smtp_session(smtp::Services::Kind kind);
    void announce();
    void await_signal();
    void watch_certificate();
    void reload();
    void reload_certificates();
    void drain();
    void finish();

    Log log_;
    ConfigSources sources_;
    const std::shared_ptr<const Config> started_with_;
    mutable std::mutex config_mutex_;
    std::shared_ptr<const Config> config_; // what new sessions get

    Reactors reactors_;
    transcript::Keeper transcripts_;
    std::unique_ptr<storage::Store> store_;
    Certificates certificates_;
    auth::Login login_;
    signing::DomainSigner signer_;
    const mailflow::Srs srs_;
    mailflow::Intake intake_;
    Judging judging_;
    outbound::Runner runner_;
    smtp::Rates rates_;
    mailflow::Outbox outbox_;
    pop3::LoginDelay pop3_logins_;
    pop3::MaildropLocks pop3_locks_;
    http::Site site_;
    std::vector<std::unique_ptr<net::Listener>> listeners_;
    std::vector<std::string> addresses_; // what `ready` says
    std::map<std::string, std::uint16_t> ports_;

    asio::io_context control_{1}; // signals and the clock, on the main thread
    mailflow::HeldMail held_mail_;
    asio::signal_set signals_{control_, SIGTERM, SIGINT, SIGHUP};
    asio::steady_timer certificate_timer_{control_};
    asio::steady_timer grace_{control_};
    bool draining_ = false;
};

Application::Application(ConfigSources sources, Config config, std::string setup_code)
    : sources_(std::move(sources)),
      started_with_(std::make_shared<const Config>(std::move(config))),
      config_(started_with_),
      transcripts_(*started_with_),
      store_(storage::open(store_options(*started_with_))),
      certificates_(*started_with_),
      login_(store_->accounts(), *started_with_, auth::load_or_make_key(started_with_->data_dir),
             &store_->events()),
      signer_(store_->dkim_keys(), auth::load_or_make_key(started_with_->data_dir)),
      srs_(auth::load_or_make_key(started_with_->data_dir)),
      intake_(store_->accounts(), store_->mail(), started_with_->hostname, &store_->events(), srs_),
      judging_(reactors_, *store_, intake_, *started_with_),
      runner_(*reactors_.of(Reactors::Turn::mail).front(), *store_, *started_with_, srs_, &signer_),
      rates_(*started_with_),
      outbox_(reactors_.of(Reactors::Turn::people).front()->executor(), *store_, intake_,
              outbox_options(rates_, *started_with_)),
      site_(web_services(*store_, login_, [this] { return this->config(); }, std::move(setup_code),
                         {*store_, started_with_->hostname, srs_, &signer_})),
      held_mail_(control_.get_executor(), *store_, intake_, log_)
{
    intake_.sign_with(signer_);
    api::add_routes(site_, outbox_, intake_);
    asio::co_spawn(control_, login_.prepare(), [](const std::exception_ptr& error) {
        if (error) std::rethrow_exception(error);
    });
    control_.run();
    control_.restart();
    listen();
}

std::shared_ptr<const Config> Application::config() const
{
    const std::scoped_lock lock(config_mutex_);
    return config_;
}

Application::Session Application::smtp_session(smtp::Services::Kind kind)
{
    net::TlsContext* const certificate =
        kind == smtp::Services::Kind::submission ? certificates_.mail() : certificates_.relay();
    return [this, kind, certificate](net::Connection& connection, Log log) {
        smtp::Services services{kind,   store_->accounts(), store_->mail(), intake_, login_,
                                rates_, certificate,        config()};
        return smtp::serve(connection, std::move(log), std::move(services));
    };
}

void Application::listen()
{
    const Config& config = *started_with_;
    const auto busy_smtp =
        fmt::format("421 4.7.0 {} too many connections, try again later\r\n", config.hostname);
    const std::string busy_pop3 = "-ERR [SYS/TEMP] too many connections, try again later\r\n";
    const std::string busy_http = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 30\r\nContent-Length: "
                                  "0\r\nConnection: close\r\n\r\n";

    const Session submission = smtp_session(smtp::Services::Kind::submission);
    const Session pop3 = [this](net::Connection& connection, Log log) {
        pop3::Services services{store_->mail(),       store_->accounts(), store_->devices(), login_,
                                certificates_.mail(), this->config(),     pop3_logins_,      pop3_locks_};
        return pop3::serve(connection, std::move(log), std::move(services));
    };
    const Session web = [this](net::Connection& connection, Log log) {
        return http::serve(connection, std::move(log), site_);
    };
    const auto silent = [](net::Errc) { return std::string(); };

    using enum Reactors::Turn;
    listen("smtp", mail, config.smtp.listen, false, busy_smtp, smtp::connection_limits(),
           smtp_session(smtp::Services::Kind::relay), smtp::farewell);
    listen("lmtp", mail, config.lmtp.listen, false, busy_smtp, smtp::connection_limits(),
           smtp_session(smtp::Services::Kind::lmtp), smtp::farewell);
    listen("submission", mail, config.submission.listen, false, busy_smtp, smtp::connection_limits(),
           submission, smtp::farewell);
    listen("submissions", mail, config.submissions.listen, true, {}, smtp::connection_limits(), submission,
           smtp::farewell);
    listen("pop3", people, config.pop3.listen, false, busy_pop3, pop3::connection_limits(), pop3,
           pop3::farewell);
    listen("pop3s", people, config.pop3s.listen, true, {}, pop3::connection_limits(), pop3, pop3::farewell);
    listen("http", people, config.http.listen, false, busy_http, http::connection_limits(), web, silent);
    listen("https", people, config.https.listen, true, {}, http::connection_limits(), web, silent);
    listen("metrics", people, config.metrics.listen, false, busy_http, http::connection_limits(),
           serve_metrics, silent);
}

void Application::listen(const char* protocol, Reactors::Turn turn, const std::vector<Endpoint>& endpoints,
                         bool implicit_tls, std::string too_many, net::Connection::Limits limits,
                         Session session, std::function<std::string(net::Errc)> farewell)
{
    if (endpoints.empty()) return;
    if (implicit_tls && !certificates_.web()) {
        log_.warning("server.no_tls", {{"listener", protocol}, {"hint", "tls.certificate is none"}});
        return;
    }
    const std::size_t descriptors = net::raise_descriptor_limit();
    net::ListenerOptions options;
    options.protocol = protocol;
    options.endpoints = endpoints;
    options.connections = std::min<std::size_t>(started_with_->limits.connections,
                                                descriptors - std::min(descriptors / 2, kept_descriptors));
    options.connections_per_ip = started_with_->limits.connections_per_ip;
    // Metrics are asked for from nearby, and by no proxy; so LMTP is spoken, by one server.
    const bool lmtp = options.protocol == "lmtp";
    options.exempt = lmtp ? started_with_->lmtp.from : started_with_->limits.exempt;
    if (!lmtp && options.protocol != "metrics") options.proxies = started_with_->proxy.from;
    if (implicit_tls)
        options.implicit_tls = options.protocol == "https" ? certificates_.web() : certificates_.mail();
    options.too_many = std::move(too_many);
    options.limits = limits;
    options.session = std::move(session);
    options.farewell = std::move(farewell);
    options.transcript = transcripts_.for_listener(protocol);

    auto& listener =
        *listeners_.emplace_back(std::make_unique<net::Listener>(reactors_.of(turn), std::move(options)));
    metrics::add_gauge("connections", "Connections now open.", {{"listener", protocol}},
                       [&listener] { return static_cast<double>(listener.connections()); });
    ports_[protocol] = listener.endpoints().front().port;
    for (const auto& endpoint : listener.endpoints())
        addresses_.push_back(fmt::format("{}={}", protocol, text_of(endpoint)));
}

void Application::announce()
{
    warn_of_test_mode(log_, *started_with_);
    // One line with everything, in the form that scripts wait for.
    Log line = log_;
    for (const auto& address : addresses_) {
        const auto equals = address.find('=');
        line = line.with(
            {std::string_view(address).substr(0, equals), std::string_view(address).substr(equals + 1)});
    }
    line.info("ready", {{"hostname", started_with_->hostname}});
    notify_service_manager("READY=1");
}

void Application::run()
{
    held_mail_.start();
    reactors_.start([this] { asio::post(control_, [this] { finish(); }); });
    for (const auto& listener : listeners_)
        listener->start();
    reactors_.of(Reactors::Turn::people).front()->spawn("outbox", outbox_.run());
    runner_.start();
    judging_.start();
    await_signal();
    watch_certificate();
    announce();
    control_.run();

    reactors_.join();
    metrics::clear_gauges();
    listeners_.clear();
    log_.info("server.stopped");
}

void Application::await_signal()
{
    signals_.async_wait([this](boost::system::error_code error, int signal) {
        if (error) return; // cancelled: the server has ended
        if (signal == SIGHUP) {
            reload();
        } else if (!draining_) {
            drain();
        } else {
            // Told twice. Whatever was answered is on the disk.
            log_.warning("server.killed", {{"hint", "a second signal while stopping"}});
            std::_Exit(1);
        }
        await_signal();
    });
}

void Application::watch_certificate()
{
    if (!certificates_.web()) return;
    certificate_timer_.expires_after(certificate_interval);
    certificate_timer_.async_wait([this](boost::system::error_code error) {
        if (error) return;
        if (certificates_.changed()) reload_certificates();
        watch_certificate();
    });
}

void Application::reload_certificates()
{
    try {
        certificates_.reload();
    } catch (const std::runtime_error& error) {
        log_.error("server.certificate_kept", {{"reason", error.what()}});
        return;
    }
    if (certificates_.web()) log_.info("server.certificate_loaded");
}

void Application::reload()
{
    try {
        auto loaded = std::make_shared<const Config>(load_config(sources_));
        keep_sink(*started_with_, *loaded);
        login_.reload(*loaded);
        runner_.reload(*loaded);
        Log::set_level(loaded->log.level);
        store_->set_expire(loaded->pop3.expire); // before anybody is told of it
        const std::scoped_lock lock(config_mutex_);
        config_ = std::move(loaded);
    } catch (const ConfigError& error) {
        log_.error("server.configuration_kept", {{"reason", error.what()}});
        reload_certificates();
        return;
    }
    reload_certificates();
    warn_of_test_mode(log_, *config());
    log_.info("server.reloaded", {{"note", "addresses, hostname, limits and storage change at a restart"}});
}

void Application::drain()
{
    draining_ = true;
    log_.info("server.stopping");
    notify_service_manager("STOPPING=1");
    certificate_timer_.cancel();
    for (const auto& listener : listeners_)
        listener->close();
    held_mail_.stop();
    login_.drain();
    outbox_.stop();
    judging_.stop();
    runner_.drain();
    site_.streams().drain();
    reactors_.drain();
    grace_.expires_after(drain_grace);
    grace_.async_wait([this](boost::system::error_code error) {
        if (error) return; // everyone has left
        log_.warning("server.sessions_ended", {{"sessions", reactors_.sessions()}});
        reactors_.cancel_all();
    });
}

/// Everyone has left.
void Application::finish()
{
    grace_.cancel();
    signals_.cancel();
}

} // namespace

int serve(ConfigSources sources, bool demo)
{
    harden_process();
    keep_freed_memory();
    if (demo) sources.base = demo::defaults();
    Config config = load_config(sources);
    Log::configure(config.log.level, config.log.format);

    std::string welcome;
    std::string setup_code;
    if (demo) {
        demo::prepare(config);
        welcome = demo::welcome(config);
    } else {
        const auto first = first_start(config);
        for (const auto& line : first.lines)
            fmt::print("{}\n", line);
        if (first.awaits_setup) setup_code = http::make_setup_code();
    }
    check_sink(config);
    const std::string hostname = config.hostname;
    Application application(std::move(sources), std::move(config), setup_code);
    if (!setup_code.empty())
        welcome = setup_notice(setup_code, hostname, application.published_port("http"),
                               application.published_port("https"));
    fmt::print("{}", welcome);
    std::fflush(stdout); // a terminal or a pipe, it is for somebody who waits
    application.run();
    return 0;
}

} // namespace pillarbox
