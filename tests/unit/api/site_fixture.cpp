#include "server/auth/password.hpp"
#include "server/mailflow/index_text.hpp"
#include "server/outbound/give_up.hpp"
#include "tests/unit/api/site_test.hpp"
#include "web/api/api.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/json/parse.hpp>

namespace pillarbox::api {

namespace {

http::awaitable<Reply> collect(const http::Site& site, http::Request request, bool draining)
{
    const Log log;
    http::Response response = co_await site.answer(std::move(request), log, draining);
    Reply reply;
    reply.status = response.status;
    reply.fields = response.fields;
    reply.body = response.embedded.empty() ? response.body : std::string(response.embedded);
    const auto promised = response.source_size;
    const bool to_its_end = response.endless && reply.field("Content-Type") != "text/event-stream";
    while (response.source && (to_its_end || reply.body.size() < promised)) {
        const auto piece = co_await response.source->next();
        if (!piece || piece->empty()) break;
        reply.body += *piece;
    }
    if (response.source && !response.endless) {
        EXPECT_EQ(reply.body.size(), promised) << "the length that was said";
    }
    co_return reply;
}

} // namespace

boost::json::value Reply::json() const
{
    boost::json::parse_options options;
    options.max_depth = 256; // a tree of parts is deeper than what requests may be
    return boost::json::parse(body, {}, options);
}

std::string Reply::problem() const
{
    if (field("Content-Type") != "application/problem+json") return "no problem: " + body;
    const auto type = std::string(json().at("type").as_string());
    constexpr std::string_view prefix = "urn:pillarbox:problem:";
    return type.starts_with(prefix) ? type.substr(prefix.size()) : type;
}

SiteTest::SiteTest()
{
    storage::Options options;
    options.directory = folder_.path() / "data";
    options.disk_reserve = 0;
    options.vault = vault;
    options.extractor = std::make_shared<mailflow::IndexText>();
    store_ = storage::open(options);
    config_.hostname = "mail.example.org";
    config_.auth.hash_passes = 1;
    config_.auth.hash_kib = 64;
    login_ = std::make_unique<auth::Login>(store_->accounts(), config_, std::string(32, 'k'));
    http::Services services{*store_, *login_, config_.hostname, std::uint16_t{8443}, "the key of a test"};
    services.transcripts = folder_.path() / "transcripts";
    services.secret = std::string(32, 'k');
    services.setup_code = setup_code;
    services.config = [this] { return std::make_shared<const Config>(config_); };
    services.vault = vault;
    services.give_up = [this](storage::QueueId id) {
        return outbound::give_up(
            *store_, {*store_, config_.hostname, mailflow::Srs(std::string(32, 'k')), nullptr}, id);
    };
    site_ = std::make_unique<http::Site>(std::move(services));
    intake_ = std::make_unique<mailflow::Intake>(store_->accounts(), store_->mail(), config_.hostname);
    mailflow::Outbox::Options sending;
    sending.most_recipients = 5;
    sending.largest = 1024ull * 1024;
    sending.may_send = [this](storage::AccountId) { return may_send_; };
    outbox_ = std::make_unique<mailflow::Outbox>(context_.get_executor(), *store_, *intake_, sending);
    add_routes(*site_, *outbox_, *intake_);

    const auto hash = auth::hash_password(password, {.passes = 1, .kib = 64});
    std::vector<storage::NewAccount> accounts;
    for (const std::string name : {"alice", "bob", "carol"}) {
        storage::NewAccount account;
        account.address = name + "@example.org";
        account.password_hash = hash;
        accounts.push_back(account);
    }
    const auto domain = run(store_->accounts().add_domain("example.org"));
    const auto added = run(store_->accounts().add(accounts));
    if (!domain || !added) throw std::runtime_error("the accounts could not be made");
}

SiteTest::~SiteTest() = default;

http::Request SiteTest::request(std::string_view method, std::string_view target, std::string_view body)
{
    http::Request request;
    request.method = method;
    const auto mark = target.find('?');
    request.path = target.substr(0, mark);
    if (mark != std::string_view::npos) request.query = target.substr(mark + 1);
    request.authority = "localhost:8443";
    request.secure = true;
    request.peer = boost::asio::ip::make_address("192.0.2.7");
    request.id = "test";
    request.body = body;
    if (!body.empty()) request.fields.set("Content-Type", "application/json");
    return request;
}

http::Request SiteTest::as(std::string_view who, std::string_view method, std::string_view target,
                           std::string_view body)
{
    const auto& session = session_of(who);
    auto result = request(method, target, body);
    result.fields.set("Cookie", session.cookie);
    result.fields.set("Origin", "https://localhost:8443");
    if (!result.safe()) result.fields.set("X-CSRF-Token", session.token);
    return result;
}

Reply SiteTest::ask(http::Request request, bool draining)
{
    return run(collect(*site_, std::move(request), draining));
}

std::vector<Reply> SiteTest::ask_together(std::vector<http::Request> requests)
{
    std::vector<Reply> replies;
    for (auto& request : requests) {
        boost::asio::co_spawn(context_, collect(*site_, std::move(request), false),
                              [&](std::exception_ptr error, Reply reply) {
                                  if (error) std::rethrow_exception(error);
                                  replies.push_back(std::move(reply));
                              });
    }
    context_.restart();
    context_.run();
    return replies;
}

Reply SiteTest::sign_in(std::string_view address, std::string_view with)
{
    const std::string body =
        R"({"address":")" + std::string(address) + R"(","password":")" + std::string(with) + "\"}";
    return ask(request("POST", "/api/v1/session", body));
}

const SiteTest::Signed& SiteTest::session_of(std::string_view who)
{
    for (const auto& [name, session] : sessions_) {
        if (name == who) return session;
    }
    const auto reply = sign_in(std::string(who) + "@example.org", password);
    if (reply.status != 200) throw std::runtime_error("nobody signed in: " + reply.body);
    const std::string cookie(reply.field("Set-Cookie"));
    Signed made{cookie.substr(0, cookie.find(';')), std::string(reply.json().at("csrfToken").as_string())};
    sessions_.emplace_back(std::string(who), std::move(made));
    return sessions_.back().second;
}

void SiteTest::deliver(std::string_view address, std::string_view message)
{
    auto spool = store_->mail().new_spool();
    std::string wire;
    for (const char c : message) {
        if (c == '\n') wire += '\r';
        wire += c;
    }
    ASSERT_TRUE(spool->append(wire));
    const auto at = address.find('@');
    const auto route = run(
        store_->accounts().route(std::string(address.substr(0, at)), std::string(address.substr(at + 1))));
    ASSERT_TRUE(route);
    mailflow::Intake intake(store_->accounts(), store_->mail(), "mail.example.org");
    mailflow::Origin origin;
    origin.client = boost::asio::ip::make_address("192.0.2.9");
    origin.helo = "client.example.net";
    origin.protocol = "ESMTP";
    std::vector<mailflow::Recipient> recipients{{std::string(address), *route}};
    const auto verdict = run(intake.accept(origin, {"sender@example.net", {}}, recipients, std::move(spool)));
    ASSERT_EQ(verdict.code, 250) << verdict.text;
}

std::string SiteTest::newest(std::string_view who)
{
    const auto page = get(who, "/api/v1/mailboxes/inbox/messages?limit=1").json();
    return std::string(page.at("items").as_array().at(0).at("id").as_string());
}

} // namespace pillarbox::api
