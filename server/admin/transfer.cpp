#include "server/admin/actions.hpp"
#include "server/admin/address.hpp"
#include "server/admin/password_input.hpp"
#include "server/admin/tool.hpp"
#include "server/auth/login.hpp"
#include "server/mime/characters.hpp"
#include "server/transfer/source.hpp"
#include "server/transfer/target.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <exception>
#include <functional>
#include <utility>

#include <sys/eventfd.h>

namespace pillarbox::admin {

namespace {

volatile std::sig_atomic_t interrupted = 0;
volatile int interruption = -1; // can be read once it is; for waits, which a signal need not end

/// The first Ctrl-C, or SIGTERM, ends the transfer between two messages; a
/// second one ends the process.
void stop_when_interrupted()
{
    interruption = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct sigaction action{};
    action.sa_handler = [](int) {
        const int before = errno;
        interrupted = 1;
        ::eventfd_write(interruption, 1);
        errno = before;
    };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

boost::json::object as_json(const transfer::Tally& tally, std::string_view done)
{
    boost::json::object skipped;
    for (const auto& [reason, count] : tally.skipped)
        skipped[reason] = count;
    return {{done, tally.done},
            {"octets", tally.octets},
            {"already", tally.already},
            {"skipped", std::move(skipped)},
            {"lostUniqueIds", tally.lost_unique_ids},
            {"stopped", tally.stopped}};
}

std::string as_text(const transfer::Tally& tally, std::string_view done)
{
    std::string text = fmt::format("{} {} messages, {}\n", done, tally.done,
                                   transfer::describe_octets(static_cast<double>(tally.octets)));
    if (tally.already > 0) text += fmt::format("{} were there already\n", tally.already);
    for (const auto& [reason, count] : tally.skipped)
        text += fmt::format("skipped {}: {}\n", count, reason);
    if (tally.lost_unique_ids > 0)
        text +=
            fmt::format("{} have a new unique id, for their old one cannot be kept: clients that leave mail "
                        "on the server see them as new\n",
                        tally.lost_unique_ids);
    if (tally.stopped) text += "stopped; run it again and it goes on from here\n";
    return text;
}

void print(std::FILE* where, const Context& context, const transfer::Tally& tally, std::string_view done)
{
    if (context.json)
        fmt::print(where, "{}\n", boost::json::serialize(as_json(tally, done)));
    else
        fmt::print(where, "{}", as_text(tally, done));
}

using Import = std::function<transfer::awaitable<void>(transfer::Importer&)>;

void run_import(const Context& context, const TransferOptions& options, const Import& import)
{
    const auto address = parse_address(options.address);
    if (!mime::is_utf8(options.folder)) throw Failed("--folder: write it in UTF-8");
    stop_when_interrupted();
    Tool tool(context.config, storage::Options::Access::importer);
    transfer::ProgressLine progress;
    transfer::Importer importer(tool.executor(), tool.store(), progress,
                                {.account = account_of(tool, address),
                                 .limit = context.config.smtp.max_message_size,
                                 .stopping = [] { return interrupted != 0; }});
    std::exception_ptr failure;
    try {
        tool.wait(import(importer));
    } catch (const std::exception&) {
        failure = std::current_exception();
    }
    print(stdout, context, importer.tally(), "imported"); // what is there, is there
    if (failure) std::rethrow_exception(failure);
    if (importer.tally().stopped) throw Failed("stopped before the end");
}

transfer::Source source_of(const TransferOptions& options)
{
    return {.path = options.path, .folder = options.folder};
}

using Export = transfer::awaitable<void> (*)(transfer::Exporter&, transfer::Target);

void export_to(const Context& context, const TransferOptions& options, Export run)
{
    const auto address = parse_address(options.address);
    stop_when_interrupted();
    ::signal(SIGPIPE, SIG_IGN); // a reader that leaves is an error like others
    Tool tool(context.config);
    transfer::ProgressLine progress;
    transfer::Exporter exporter(
        tool.store(), progress,
        {.account = account_of(tool, address), .stopping = [] { return interrupted != 0; }});
    std::exception_ptr failure;
    try {
        tool.wait(run(exporter, {.path = options.path, .folder = options.folder}));
    } catch (const std::exception&) {
        failure = std::current_exception();
    }
    try {
        tool.wait(exporter.release());
    } catch (const std::exception&) {
        if (!failure) failure = std::current_exception(); // the first one is the cause
    }
    print(options.path == "-" ? stderr : stdout, context, exporter.tally(), "exported");
    if (failure) std::rethrow_exception(failure);
    if (exporter.tally().stopped) throw Failed("stopped before the end");
}

} // namespace

void import_mbox(const Context& context, const TransferOptions& options)
{
    run_import(context, options, [&](transfer::Importer& importer) {
        return transfer::import_mbox(importer, source_of(options));
    });
}

void export_mbox(const Context& context, const TransferOptions& options)
{
    export_to(context, options, transfer::export_mbox);
}

void export_maildir(const Context& context, const TransferOptions& options)
{
    export_to(context, options, transfer::export_maildir);
}

void import_maildir(const Context& context, const TransferOptions& options)
{
    run_import(context, options, [&](transfer::Importer& importer) {
        return transfer::import_maildir(importer, source_of(options));
    });
}

void import_pop3(const Context& context, const MaildropOptions& options)
{
    auto url = transfer::parse_pop3_url(options.path);
    // Before it may become another user, who may not read the file.
    const auto password = read_password(options.password_file, options.password_stdin,
                                        fmt::format("Password of {}: ", url.describe()));
    transfer::Pop3Source source{.url = std::move(url),
                                .password = password,
                                .folder = options.folder,
                                .trusted = options.ca_file,
                                .may_send_password = [&](const boost::asio::ip::address& peer) {
                                    return auth::may_send_password(context.config.auth, false, peer);
                                }};
    ::signal(SIGPIPE, SIG_IGN); // a server that leaves is an error like others
    run_import(context, options, [&](transfer::Importer& importer) {
        source.interrupt = interruption;
        return transfer::import_pop3(importer, source);
    });
}

} // namespace pillarbox::admin
