#include "storage/sqlite/core.hpp"

#include "storage/sqlite/event_rows.hpp"
#include "storage/sqlite/lock.hpp"
#include "storage/sqlite/migration.hpp"
#include "storage/sqlite/placing.hpp"
#include "storage/sqlite/recovery.hpp"
#include "storage/sqlite/schema.hpp"

#include <array>
#include <cstdio>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

namespace pillarbox::storage::sqlite {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_noted = 10'000; // refusals until the next upkeep, which is seconds away

/// The data directory without links on its way: beneath it none is followed.
std::filesystem::path prepare_directory(const std::filesystem::path& directory)
{
    if (directory.empty()) throw std::runtime_error("no data directory is set; set data_dir");
    std::error_code error;
    if (!std::filesystem::is_directory(directory, error)) {
        const auto parent = std::filesystem::absolute(directory).parent_path();
        std::filesystem::create_directories(parent, error);
        if (error)
            throw std::runtime_error("cannot make the directory '" + parent.string() +
                                     "': " + error.message() + "; make it, or give this user the right to");
        ensure_directory(directory);
    }
    return std::filesystem::canonical(directory);
}

void warn_when_open(const Core& core)
{
    std::error_code error;
    const auto mode = std::filesystem::status(core.layout.directory, error).permissions();
    const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
    if (error || (mode & others) == std::filesystem::perms::none) return;
    core.report(Observer::Severity::warning, "the data directory is open to other users",
                "run: chmod 700 " + core.layout.directory.string());
}

/// Made here and not by SQLite, for its mode: the log takes it over.
void ensure_database(Files& files, const Layout& layout)
{
    if (!std::filesystem::exists(layout.database) && std::filesystem::exists(layout.directory / "restoring"))
        throw std::runtime_error("a restore into '" + layout.directory.string() +
                                 "' was interrupted; run it again, with --replace");
    Reserve(files, layout.reserve).make_room();
    const auto made = files.open(layout.database, O_RDWR | O_CREAT);
    if (!made)
        throw std::runtime_error("cannot open '" + layout.database.string() + "': " + made.error().message() +
                                 "; " + what_to_do(made.error()));
    if (const auto error = files.sync_directory(layout.directory))
        throw std::runtime_error("cannot sync '" + layout.directory.string() + "': " + error.message() +
                                 "; mail would not be safe there: use a local disk");
}

Database::Options connection(const Core& core, Database::Mode mode)
{
    return {
        .file = core.layout.database, .mode = mode, .busy = core.underneath.busy, .vfs = core.underneath.vfs};
}

/// Empty while the database is not ready. `last` throws instead.
std::unique_ptr<Database> try_beside_server(const Core& core, bool last)
{
    const int known = static_cast<int>(migrations().size());
    if (!std::filesystem::exists(core.layout.database)) {
        if (last)
            throw std::runtime_error(
                "the server that runs on this data has not made its database yet; try again");
        return nullptr;
    }
    try {
        auto database = std::make_unique<Database>(connection(core, Database::Mode::writer));
        const int version = schema_version(*database);
        if (version == known) return database;
        if (version > known || last)
            throw std::runtime_error("the server that runs on this data has another version (its schema is " +
                                     std::to_string(version) + ", ours " + std::to_string(known) +
                                     "); use the verbs of the same version, or restart the server");
    } catch (const SQLite::Exception&) {
        if (last) throw;
    }
    return nullptr;
}

/// A server that is just starting may have no database yet, or an older one.
std::unique_ptr<Database> open_beside_server(const Core& core)
{
    const auto until = std::chrono::steady_clock::now() + core.underneath.busy;
    while (true) {
        const bool last = std::chrono::steady_clock::now() >= until;
        if (auto database = try_beside_server(core, last)) return database;
        std::this_thread::sleep_for(20ms); // nothing tells when another process is ready
    }
}

std::unique_ptr<Readers> open_readers(const Core& core)
{
    std::vector<std::unique_ptr<Database>> connections;
    const unsigned count =
        core.options.access == Options::Access::tool ? 1 : std::max(1u, core.options.readers);
    connections.reserve(count);
    for (unsigned i = 0; i < count; ++i)
        connections.push_back(std::make_unique<Database>(connection(core, Database::Mode::reader)));
    Readers::Options options{.deadline = core.options.read_deadline, .observer = core.options.observer};
    options.damaged = [&writer = *core.writer] { writer.give_up(); };
    return std::make_unique<Readers>(std::move(connections), std::move(options));
}

/// The store with everything in it. Failures of SQLite come as they are.
std::unique_ptr<SqliteStore> build(const Options& options, const Layout& layout, Underneath underneath,
                                   Descriptor lock)
{
    const bool server = options.access == Options::Access::server;
    const bool importer = options.access == Options::Access::importer;
    auto core = std::make_unique<Core>(options, layout, std::move(underneath));
    if (lock) {
        for (const auto& directory : {layout.segments, layout.files, layout.spool, layout.import_spool})
            ensure_directory(directory);
        ensure_database(core->files(), layout);
        upgrade(*core, migrations(), core->free_octets());
    }
    auto database = lock ? std::make_unique<Database>(connection(*core, Database::Mode::writer))
                         : open_beside_server(*core);
    if (lock) migrate(*database, migrations()); // a new one; an older one was brought up to date

    if (server) warn_when_open(*core);
    // An importer works in the lane that this keeps for it; a tool only reads bodies.
    Descriptor importing;
    if (core->delivers())
        importing = take_lock(core->files(), layout.import_lock, importer ? core->underneath.busy : 0ms);
    if (importer && !importing)
        throw std::runtime_error("another import into '" + layout.directory.string() +
                                 "' is running; wait until it is done");
    Recovered found;
    if (core->delivers()) found = recover(*core, *database, lock && importing);
    BodyStore::Options bodies{.segments = layout.segments,
                              .files = layout.files,
                              .segment_octets = core->underneath.segment_octets};
    core->bodies = std::make_unique<BodyStore>(core->files(), std::move(bodies), found.start);

    Writer::Options writer;
    writer.observer = options.observer;
    if (server) {
        core->reserve.restore(core->free_octets());
        writer.out_of_space = [core = core.get()] {
            core->reserve.release();
            core->free_octets();
        };
    } else {
        lock = std::move(importing); // a server may start
    }
    if (importer) {
        writer.max_ops = 64;
        writer.max_octets = 8ul * 1024 * 1024;
        writer.gives_way = true;
    }
    core->watchers = std::make_unique<Watchers>(connection(*core, Database::Mode::reader));
    core->watchers->listen_to(*database);
    writer.committed = [&watchers = *core->watchers] { watchers.committed(); };
    core->writer = std::make_unique<Writer>(
        std::move(database), core->delivers() ? core->bodies.get() : nullptr, std::move(writer));
    if (found.database_damaged) core->writer->give_up();
    core->readers = open_readers(*core);
    core->search_readers = std::make_unique<SearchReaders>(*core);
    if (server && options.extractor) core->indexer = std::make_unique<Indexer>(*core);
    if (server) core->upkeep = std::make_unique<Upkeep>(*core);
    return std::make_unique<SqliteStore>(std::move(core), std::move(lock));
}

} // namespace

Layout::Layout(const std::filesystem::path& where)
    : directory(where),
      database(where / "mail.db"),
      index(where / "index.db"),
      lock(where / "lock"),
      reserve(where / "reserve"),
      segments(where / "segments"),
      files(where / "files"),
      spool(where / "spool"),
      import_lock(where / "import.lock"),
      import_spool(where / "spool-import")
{}

Core::Core(Options given, Layout where, Underneath beneath)
    : options(std::move(given)),
      layout(std::move(where)),
      underneath(std::move(beneath)),
      free_space(layout.directory),
      reserve(*underneath.files, layout.reserve),
      expire(options.expire)
{}

void Core::report(Observer::Severity severity, std::string_view what, std::string_view detail) const
{
    if (options.observer) options.observer->event(severity, what, detail);
}

void Core::wake_upkeep()
{
    if (upkeep) upkeep->wake();
}

void Core::wake_indexer()
{
    if (indexer) indexer->wake();
}

void Core::wake_queue()
{
    const std::lock_guard lock(queue_listener.mutex);
    if (queue_listener.listener) queue_listener.listener();
}

void Core::wake_learner()
{
    const std::lock_guard lock(lesson_listener.mutex);
    if (lesson_listener.listener) lesson_listener.listener();
}

void Core::discard(const Place& place)
{
    {
        const std::lock_guard lock(discarded.mutex);
        discarded.places.push_back(place);
    }
    wake_upkeep();
}

void Core::bury_discarded()
{
    std::vector<Place> places;
    {
        const std::lock_guard lock(discarded.mutex);
        places.swap(discarded.places);
    }
    if (places.empty()) return;
    auto work = [places = std::move(places)](Database& database) -> Result<void> {
        for (const auto& place : places) {
            insert_garbage(database, place);
            if (place.tier == Tier::segment) count_record(database, place, false);
        }
        return boost::system::in_place_value;
    };
    // Otherwise nothing is written any more; it goes with its segment.
    static_cast<void>(submit_and_wait(*writer, std::move(work)));
}

void Core::touched(AccountId account, std::string label)
{
    const std::lock_guard lock(touches.mutex);
    touches.used[{account, std::move(label)}] = now();
}

void Core::note(Event event)
{
    if (event.at == Time{}) event.at = now();
    {
        const std::lock_guard lock(noted.mutex);
        if (noted.events.size() >= most_noted) {
            ++noted.left_out;
            return;
        }
        noted.events.push_back(std::move(event));
        if (noted.events.size() > 1) return;
    }
    wake_upkeep();
}

void Core::write_noted()
{
    std::vector<Event> events;
    std::size_t left_out = 0;
    {
        const std::lock_guard lock(noted.mutex);
        events.swap(noted.events);
        left_out = std::exchange(noted.left_out, 0);
    }
    if (left_out > 0)
        report(Observer::Severity::warning, "more was refused than could be written down",
               std::to_string(left_out) + " refusals");
    if (events.empty()) return;
    auto work = [events = std::move(events)](Database& database) -> Result<void> {
        for (const auto& event : events)
            record_noted(database, event);
        return boost::system::in_place_value;
    };
    // When it is lost, nothing is known of a few refusals.
    static_cast<void>(submit_and_wait(*writer, std::move(work)));
}

SqliteStore::SqliteStore(std::unique_ptr<Core> core, Descriptor lock)
    : lock_(std::move(lock)),
      core_(std::move(core)),
      mail_(*core_),
      accounts_(*core_),
      queue_(*core_),
      later_(*core_),
      sessions_(*core_),
      transfer_(*core_),
      search_(*core_),
      changes_(*core_),
      vault_(*core_),
      devices_(*core_),
      events_(*core_),
      drafts_(*core_),
      submissions_(*core_),
      contacts_(*core_),
      dkim_keys_(*core_),
      identities_(*core_),
      api_tokens_(*core_),
      tls_facts_(*core_),
      tallies_(*core_),
      junk_(*core_),
      dead_addresses_(*core_),
      reset_links_(*core_)
{}

SqliteStore::~SqliteStore()
{
    // The upkeep's last Ops go through the writer; what settles may still wake it.
    if (core_->indexer) core_->indexer->stop();
    if (core_->upkeep)
        core_->upkeep->stop();
    else
        core_->write_noted(); // of a program that is over in a moment
    core_->watchers->stop();
    core_->search_readers->close();
    core_->readers.reset();
    if (core_->delivers()) {
        // Once this is done, so is all that was pushed before.
        auto nothing = [](Database&) -> Result<void> { return boost::system::in_place_value; };
        static_cast<void>(submit_and_wait(*core_->writer, nothing));
        core_->bury_discarded();
    }
    core_->writer.reset();
}

void SqliteStore::set_expire(std::chrono::days expire)
{
    core_->expire = expire;
    core_->wake_upkeep();
}

std::unique_ptr<SqliteStore> open_sqlite(const Options& options, Underneath underneath)
{
    const bool server = options.access == Options::Access::server;
    const Layout layout(prepare_directory(options.directory));
    Descriptor lock = take_lock(*underneath.files, layout.lock, server ? underneath.busy : 0ms);
    if (server && !lock)
        throw std::runtime_error("another server works on '" + layout.directory.string() +
                                 "'; stop it first, or set another data_dir");

    try {
        return build(options, layout, std::move(underneath), std::move(lock));
    } catch (const SQLite::Exception& error) {
        throw std::runtime_error("the mail database '" + layout.database.string() + "' cannot be used (" +
                                 error.what() + "); " + what_to_do_about(error.getErrorCode()));
    }
}

} // namespace pillarbox::storage::sqlite
