#include "server/admin/sendmail.hpp"

#include "server/admin/address.hpp"
#include "server/admin/local_letter.hpp"
#include "server/admin/login_name.hpp"
#include "server/admin/sendmail_options.hpp"
#include "server/admin/sysexits.hpp"
#include "server/admin/tool.hpp"
#include "server/auth/key_file.hpp"
#include "server/base/ascii.hpp"
#include "server/base/random.hpp"
#include "server/mailflow/intake.hpp"
#include "server/mailflow/suppression.hpp"
#include "server/signing/domain_signer.hpp"
#include "server/transfer/input.hpp"
#include "storage/events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include <unistd.h>

namespace pillarbox::admin {

namespace {

/// All of standard input.
std::string read_message(std::uint64_t most)
{
    std::string message;
    transfer::Input input = transfer::Input::standard_input();
    for (auto piece = input.read(); !piece.empty(); piece = input.read()) {
        message += piece;
        if (message.size() > most)
            throw Refused(
                Sysexit::data_error,
                fmt::format("the message is larger than {} octets, as smtp.max_message_size has it", most));
    }
    return message;
}

/// Before the store is opened: it would say the same less clearly.
void check_permission(const std::filesystem::path& directory)
{
    if (::access(directory.c_str(), R_OK | W_OK | X_OK) == 0) return;
    if (errno == ENOENT)
        throw Refused(
            Sysexit::unavailable,
            fmt::format("{}: there is no mail server here; 'pillarbox serve' makes it", directory.string()));
    throw Refused(
        Sysexit::not_permitted,
        fmt::format("{}: only root and the server's user may send so; other users can give their mail "
                    "to submission.listen, with a client such as msmtp",
                    directory.string()));
}

/// A name without a domain is one of this server: of its own name if it takes
/// mail for that, else of its first domain.
std::string home_domain(Tool& tool, const std::string& hostname)
{
    const auto domains = tool.wait(tool.accounts().domains());
    if (!domains) throw Refused(Sysexit::temporary, domains.error().message());
    if (domains->empty())
        throw Refused(Sysexit::unavailable, "there is no domain yet; see: pillarbox domain add");
    const bool own = std::ranges::any_of(*domains, [&](const auto& one) { return one.name == hostname; });
    return own ? hostname : domains->front().name;
}

/// An address that may stand in an envelope: a dot-string (RFC 5321 §4.1.2) or
/// its like in UTF-8, and a domain.
std::string address_in(const std::string& text, const std::string& home)
{
    constexpr std::string_view specials = " ()<>[]:;@\\,\""; // RFC 5322 §3.2.3
    const auto at = text.rfind('@');
    const std::string local_part = text.substr(0, at);
    const bool bad = local_part.empty() || local_part.size() > 64 || local_part.front() == '.' ||
                     local_part.front() == '-' || local_part.back() == '.' ||
                     std::ranges::any_of(local_part, [specials](char c) {
                         const bool control = static_cast<unsigned char>(c) < ' ' || c == 0x7f;
                         return control || specials.find(c) != std::string_view::npos;
                     });
    if (bad)
        throw Refused(Sysexit::data_error, fmt::format("'{}' is no address; write name@example.org", text));
    try {
        return local_part + '@' + (at == std::string::npos ? home : parse_domain(text.substr(at + 1)));
    } catch (const Failed& failed) {
        throw Refused(Sysexit::data_error, failed.what());
    }
}

mailflow::Recipient recipient_of(Tool& tool, const std::string& address)
{
    const auto at = address.rfind('@');
    auto route = tool.wait(tool.accounts().route(address.substr(0, at), address.substr(at + 1)));
    if (route) {
        if (route->local.empty() && route->remote.empty())
            throw Refused(Sysexit::no_user, fmt::format("{}: no mailbox here by that name", address));
        return {address, *std::move(route)};
    }
    if (route.error() == storage::Errc::not_local) return {address, {{}, {address}}};
    if (route.error() == storage::Errc::not_found)
        throw Refused(Sysexit::no_user, fmt::format("{}: no mailbox here by that name", address));
    if (route.error() == storage::Errc::alias_loop)
        throw Refused(Sysexit::no_user, fmt::format("{}: its aliases lead in a circle", address));
    throw Refused(Sysexit::temporary, route.error().message());
}

std::unique_ptr<storage::Spool> spool_of(Tool& tool, const std::string& text)
{
    auto spool = tool.store().mail().new_spool();
    const auto kept = spool->append(text);
    if (!kept) throw Refused(Sysexit::temporary, kept.error().message());
    return spool;
}

/// What other servers are told of it, RFC 6152 §2.
storage::BodyKind body_kind(std::string_view text)
{
    const bool eight_bit =
        std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) > 0x7f; });
    return eight_bit ? storage::BodyKind::eight_bit : storage::BodyKind::seven_bit;
}

Sysexit status_of(const mailflow::Verdict& verdict)
{
    if (verdict.accepted()) return Sysexit::ok;
    return verdict.code < 500 ? Sysexit::temporary : Sysexit::unavailable;
}

/// Addresses that are dead get nothing, as on submission.
void refuse_suppressed(Tool& tool, const Config& config, const std::string& reverse_path,
                       const std::vector<mailflow::Recipient>& recipients)
{
    for (const auto& recipient : recipients) {
        if (!recipient.elsewhere()) continue;
        const auto why = tool.wait(mailflow::suppression_of(
            tool.store().dead_addresses(), mailflow::suppression_terms(config), recipient.forward_path));
        if (!why) throw Refused(Sysexit::temporary, why.error().message());
        if (!*why) continue;
        tool.store().events().note({.kind = storage::EventKind::recipient_refused,
                                    .protocol = "sendmail",
                                    .sender = reverse_path,
                                    .recipient = recipient.forward_path,
                                    .code = 550,
                                    .text = "5.1.1 " + **why});
        throw Refused(Sysexit::unavailable, **why);
    }
}

void deliver(const Config& config, const SendmailOptions& options)
{
    const std::string user = login_name();
    if (options.recipients.empty() && !options.recipients_from_header)
        throw Refused(Sysexit::usage,
                      "nobody is to have it: name the recipients, or -t for those in its header");
    const std::string input = read_message(config.smtp.max_message_size);
    check_permission(config.data_dir);
    Tool tool(config, storage::Options::Access::importer);

    const std::string home = home_domain(tool, config.hostname);
    const std::string self = address_in(user, home);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    LocalLetter letter = make_letter(input, options.dots_are_text,
                                     {.from = from_field(options.full_name, self),
                                      .message_id = "<" + random_name(20) + "@" + config.hostname + ">",
                                      .time = now});
    std::vector<std::string> names = options.recipients;
    if (options.recipients_from_header)
        names.insert(names.end(), letter.recipients.begin(), letter.recipients.end());
    if (names.empty()) throw Refused(Sysexit::usage, "the header names no recipient in To, Cc or Bcc");

    std::vector<mailflow::Recipient> recipients;
    for (const std::string& name : names)
        recipients.push_back(recipient_of(tool, address_in(name, home)));
    mailflow::Sender sender;
    sender.reverse_path = self;
    if (options.sender_given)
        sender.reverse_path = options.sender.empty() ? std::string() : address_in(options.sender, home);
    if (!sender.reverse_path.empty()) refuse_suppressed(tool, config, sender.reverse_path, recipients);
    sender.parameters.body = body_kind(letter.text);

    mailflow::Origin origin;
    origin.kind = mailflow::Origin::Kind::local;
    const std::string key = auth::load_or_make_key(config.data_dir);
    mailflow::Intake intake(tool.accounts(), tool.store().mail(), config.hostname, nullptr,
                            mailflow::Srs(key));
    signing::DomainSigner signer(tool.store().dkim_keys(), key);
    intake.sign_with(signer);
    const auto verdict = tool.wait(intake.accept(std::move(origin), std::move(sender), std::move(recipients),
                                                 spool_of(tool, letter.text)));
    if (!verdict.accepted()) throw Refused(status_of(verdict), verdict.text);
    if (options.verbose) fmt::print("{}\n", verdict.text);
}

void run(const ConfigSources& sources, const std::vector<std::string>& arguments)
{
    using Mode = SendmailOptions::Mode;
    const SendmailOptions options = parse_sendmail(arguments);
    if (options.mode == Mode::aliases || options.mode == Mode::run_queue) return;
    if (options.mode == Mode::unsupported)
        throw Refused(Sysexit::usage, options.asked + " is not known here; see: pillarbox queue list");
    deliver(load_config(sources), options);
}

int complain(Sysexit status, const char* sentence)
{
    fmt::print(stderr, "sendmail: {}\n", sentence);
    return static_cast<int>(status);
}

} // namespace

int send_mail(const ConfigSources& sources, const std::vector<std::string>& arguments)
{
    try {
        run(sources, arguments);
        return static_cast<int>(Sysexit::ok);
    } catch (const Refused& refused) {
        return complain(refused.status(), refused.what());
    } catch (const ConfigError& error) {
        return complain(Sysexit::configuration, error.what());
    } catch (const std::exception& error) {
        // The store cannot be opened now, or another import is under way.
        return complain(Sysexit::temporary, error.what());
    }
}

bool called_sendmail(int argc, char** argv)
{
    const auto name = argc > 0 ? std::filesystem::path(argv[0]).filename() : std::filesystem::path();
    return name == "sendmail" || name == "newaliases";
}

int send_mail(int argc, char** argv)
{
    ConfigSources sources;
    sources.environment = config_environment();
    std::vector<std::string> arguments(argv + 1, argv + argc);
    if (std::filesystem::path(argv[0]).filename() == "newaliases") arguments.insert(arguments.begin(), "-bi");
    return send_mail(sources, arguments);
}

} // namespace pillarbox::admin
