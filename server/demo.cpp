#include "server/demo.hpp"

#include "server/admin/accounts.hpp"
#include "server/admin/tool.hpp"
#include "server/base/random.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <map>
#include <system_error>

namespace pillarbox::demo {

namespace {

constexpr std::string_view domain = "example.test";
constexpr std::array<std::string_view, 3> people{"alice", "bob", "admin"};

std::filesystem::path password_file(const Config& config)
{
    return config.data_dir / "demo-passwords";
}

/// `NAME PASSWORD` a line.
std::map<std::string, std::string> read_passwords(const Config& config)
{
    std::map<std::string, std::string> passwords;
    std::ifstream file(password_file(config));
    std::string name, password;
    while (file >> name >> password)
        passwords.emplace(name, password);
    return passwords;
}

/// Written before the accounts are made: an account whose password nobody
/// knows would be of no use. Readable by its owner alone.
void write_passwords(const Config& config, const std::map<std::string, std::string>& passwords)
{
    const auto path = password_file(config);
    std::string text;
    for (const auto& [name, password] : passwords)
        text += fmt::format("{} {}\n", name, password);
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    const bool written = file >= 0 &&
                         ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                         ::fsync(file) == 0;
    const int error = errno;
    if (file >= 0) ::close(file);
    if (!written)
        throw admin::Failed(
            fmt::format("{}: cannot be written: {}", path.string(), std::generic_category().message(error)));
}

std::string where(const std::vector<Endpoint>& listen)
{
    return listen.empty() ? "off" : fmt::format("port {}", listen.front().port);
}

} // namespace

Config defaults()
{
    Config config;
    const auto here = [](std::uint16_t port) { return std::vector<Endpoint>{{"127.0.0.1", port}}; };
    config.hostname = "localhost";
    config.data_dir = "data";
    config.smtp.listen = here(2525);
    config.submission.listen = here(2587);
    config.submissions.listen = here(2465);
    config.pop3.listen = here(2110);
    config.pop3s.listen = here(2995);
    config.http.listen = here(8080);
    config.https.listen = here(8443);
    config.outbound.mode = Config::Outbound::Mode::hold; // nothing leaves the machine
    // Everyone who can reach a demo sits at its keyboard: a mistyped password
    // should not lock them out.
    config.limits.exempt = {{"127.0.0.0", 8}, {"::1", 128}};
    return config;
}

void prepare(const Config& config)
{
    admin::Tool tool(config);
    auto& accounts = tool.accounts();
    const auto added = tool.wait(accounts.add_domain(std::string(domain)));
    if (!added && added.error() != storage::Errc::already_exists)
        throw admin::Failed(added.error().message());

    auto passwords = read_passwords(config);
    bool incomplete = false;
    for (const auto person : people)
        incomplete |= passwords.emplace(person, random_name(8)).second;
    if (incomplete) write_passwords(config, passwords);

    for (const auto person : people) {
        const auto address = fmt::format("{}@{}", person, domain);
        if (tool.wait(accounts.find(address))) continue;
        admin::create_account(tool, config, address, passwords.at(std::string(person)), person == "admin");
    }

    // Whatever else is written to: the catch-all.
    storage::Alias rest{fmt::format("@{}", domain), {fmt::format("admin@{}", domain)}};
    const auto caught = tool.wait(accounts.add_alias(std::move(rest)));
    if (!caught && caught.error() != storage::Errc::already_exists)
        throw admin::Failed(caught.error().message());
}

std::string welcome(const Config& config)
{
    std::string text = fmt::format(
        R"(
+----------------------------------------------------------------------
|  The Pillarbox demo: nothing leaves this machine, data in {}
|
|  Browser      http://localhost:{}/
|  POP3         localhost, {} (STLS), or {} with TLS
|  Sending      localhost, {} (STARTTLS), or {} with TLS
|  Mail from other servers arrives on {}
|
)",
        config.data_dir.string(), config.http.listen.empty() ? 0 : config.http.listen.front().port,
        where(config.pop3.listen), where(config.pop3s.listen), where(config.submission.listen),
        where(config.submissions.listen), where(config.smtp.listen));
    const auto passwords = read_passwords(config);
    for (const auto person : people) {
        const auto found = passwords.find(std::string(person));
        text += fmt::format("|  {:<20} password {}\n", fmt::format("{}@{}", person, domain),
                            found == passwords.end() ? "(changed)" : found->second);
    }
    text += config.test.sink.empty()
                ? fmt::format("|  Any other address at {} reaches admin.\n", domain)
                : fmt::format("|  Any other address, at any domain, reaches {}.\n", config.test.sink);
    text += fmt::format(R"(|
|  Try it:
|    swaks --server localhost:{} --to alice@{}
|    curl pop3://localhost:{}/1 -u alice@{}
+----------------------------------------------------------------------
)",
                        config.smtp.listen.empty() ? 0 : config.smtp.listen.front().port, domain,
                        config.pop3.listen.empty() ? 0 : config.pop3.listen.front().port, domain);
    return text;
}

} // namespace pillarbox::demo
