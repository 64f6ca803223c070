#include "server/outbound/settings.hpp"

#include "server/net/tls_trust.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <system_error>

namespace pillarbox::outbound {

namespace {

constexpr std::size_t longest_password = 1024;

/// The first line of the file.
std::string read_password(const std::filesystem::path& path)
{
    std::ifstream file(path);
    std::string line;
    if (!file || !std::getline(file, line))
        throw ConfigError(fmt::format("outbound.smarthost_password_file: {}: cannot be read: {}",
                                      path.string(), std::generic_category().message(errno)));
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty() || line.size() > longest_password)
        throw ConfigError(fmt::format("outbound.smarthost_password_file: {}: its first line is no password",
                                      path.string()));
    return line;
}

/// Whose certificate is asked for: where a password is sent, or where somebody
/// has said whom to trust.
std::shared_ptr<const net::TlsTrust> smarthost_ca(const Config::Outbound& outbound)
{
    if (!outbound.smarthost.tls && outbound.smarthost.user.empty() && outbound.smarthost_ca_file.empty())
        return nullptr;
    try {
        return std::make_shared<const net::TlsTrust>(outbound.smarthost_ca_file);
    } catch (const std::runtime_error& error) {
        throw ConfigError(fmt::format("outbound.smarthost_ca_file: {}", error.what()));
    }
}

} // namespace

std::shared_ptr<const Settings> settings_of(const Config& config)
{
    auto settings = std::make_shared<Settings>();
    settings->mode = config.outbound.mode;
    settings->own_name = config.hostname;
    settings->port = config.outbound.port;
    settings->anybody = std::make_shared<const net::TlsTrust>(net::TlsTrust::anybody());
    if (config.outbound.mode != Config::Outbound::Mode::smarthost) return settings;
    settings->smarthost = config.outbound.smarthost;
    settings->smarthost_ca = smarthost_ca(config.outbound);
    if (!config.outbound.smarthost.user.empty())
        settings->password = read_password(config.outbound.smarthost_password_file);
    return settings;
}

} // namespace pillarbox::outbound
