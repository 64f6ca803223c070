#include "storage/sqlite/verify.hpp"

#include "storage/sqlite/lease.hpp"
#include "storage/sqlite/lock.hpp"
#include "storage/sqlite/repair.hpp"
#include "storage/sqlite/schema.hpp"
#include "storage/sqlite/verify_bodies.hpp"
#include "storage/sqlite/verify_rows.hpp"

#include <optional>
#include <stdexcept>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace pillarbox::storage::sqlite {
namespace {

/// Everything is looked at once; what is found goes to `findings`.
class Pass
{
public:
    Pass(const Layout& layout, Files& files, const VerifyOptions& options, Findings& findings)
        : layout_(layout), files_(files), options_(options), findings_(findings)
    {}

    Verification run()
    {
        Verification sum;
        sum.beside_server = findings_.beside_server();
        look(sum);
        sum.wrong = findings_.wrong();
        sum.notes = findings_.notes();
        return sum;
    }

private:
    void look(Verification& sum)
    {
        std::unique_ptr<Database> database;
        try {
            database = open_beside(layout_.database);
            // Notes of our own, which may be many; the store itself stays as it is.
            database->script("PRAGMA query_only=OFF; PRAGMA temp_store=FILE");
            expect_version(*database);
            take_lease();
        } catch (const SQLite::Exception& error) {
            return unusable(error);
        }
        const Inspection inspection{layout_, files_, *database, findings_,
                                    [this](std::uint64_t octets) { checked(octets); }};
        try {
            const auto last = look_at_rows(*database, sum);
            check_bodies(inspection, last);
            check_segments(inspection);
            check_names(inspection);
        } catch (const SQLite::Exception& error) {
            unusable(error);
        }
        check_index();
    }

    static void expect_version(Database& database)
    {
        const auto known = static_cast<int>(migrations().size());
        const int version = schema_version(database);
        if (version == known) return;
        throw std::runtime_error("the mail database has version " + std::to_string(version) +
                                 ", and this program works with " + std::to_string(known) + "; " +
                                 (version < known ? "start the server once, which brings it up to date"
                                                  : "use the newer program that made it"));
    }

    void take_lease()
    {
        try {
            lease_.emplace(layout_, "verify");
        } catch (const SQLite::Exception& error) {
            if (!findings_.beside_server()) return; // nobody there to keep from anything
            throw std::runtime_error("the server that runs on this data cannot be kept from moving messages "
                                     "meanwhile (" +
                                     std::string(error.what()) + "); try again, or stop it before a check");
        }
    }

    void unusable(const SQLite::Exception& error)
    {
        findings_.damage.database = true;
        findings_.add({.kind = "database_damaged",
                       .what = std::string("the database cannot be read: ") + error.what(),
                       .path = layout_.database.string()});
    }

    /// Returns the highest body's id.
    std::int64_t look_at_rows(Database& database, Verification& sum)
    {
        if (options_.progress) options_.progress({"checking the database", 0, 0});
        database.run("BEGIN");
        note_places(database);
        std::int64_t last = 0;
        {
            Query row(database, "SELECT count(*), coalesce(sum(octets), 0), coalesce(max(id), 0) FROM body");
            row.step();
            sum.bodies = row.as<std::uint64_t>(0);
            sum.octets = row.as<std::uint64_t>(1);
            last = row.integer(2);
        }
        {
            Query row(database, "SELECT (SELECT count(*) FROM message), (SELECT count(*) FROM quarantine)");
            row.step();
            sum.messages = row.as<std::uint64_t>(0);
            sum.quarantined = row.as<std::uint64_t>(1);
        }
        total_ = sum.octets;
        check_database(database, layout_.database, findings_);
        database.run("COMMIT");
        return last;
    }

    void checked(std::uint64_t octets)
    {
        done_ += octets;
        if (options_.progress) options_.progress({"checking bodies", done_, total_});
        if (lease_) lease_->renew();
    }

    /// It can be made anew, so that it opens is enough.
    void check_index()
    {
        const auto& file = layout_.index;
        if (!std::filesystem::exists(file)) return;
        try {
            const auto index = open_beside(file);
            Query row(*index, "PRAGMA quick_check(1)");
            if (row.step() && row.text(0) == "ok") return;
        } catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
            // Said below.
        }
        findings_.damage.index = true;
        findings_.add({.kind = "index_damaged",
                       .what = "the search index cannot be used; without it, it is made anew",
                       .path = file.string()});
    }

    const Layout& layout_;
    Files& files_;
    const VerifyOptions& options_;
    Findings& findings_;
    std::optional<Lease> lease_;
    std::uint64_t done_ = 0;
    std::uint64_t total_ = 0;
};

} // namespace

Layout existing_layout(const std::filesystem::path& directory)
{
    std::error_code error;
    const auto real = std::filesystem::canonical(directory, error);
    if (error || !std::filesystem::exists(real / "mail.db"))
        throw std::runtime_error("there is no mail store in '" + directory.string() +
                                 "'; set data_dir to where it is");
    return Layout(real);
}

std::unique_ptr<Database> open_beside(const std::filesystem::path& file)
{
    // On a read-only disk SQLite cannot keep the log's index, and needs none
    // where there is no log.
    auto log = file;
    log += "-wal";
    std::error_code error;
    const bool logged = std::filesystem::exists(log) && std::filesystem::file_size(log, error) > 0;
    const bool writable = ::access(file.parent_path().c_str(), W_OK) == 0;
    return std::make_unique<Database>(
        Database::Options{.file = file,
                          .mode = writable || logged ? Database::Mode::reader : Database::Mode::frozen,
                          .busy = std::chrono::milliseconds(10'000),
                          .vfs = {}});
}

bool server_runs(Files& files, const Layout& layout)
{
    for (const auto& lock : {layout.lock, layout.import_lock}) {
        const auto file = files.open(lock, O_RDONLY);
        if (file && ::flock(file->number(), LOCK_SH | LOCK_NB) != 0) return true;
    }
    return false;
}

Verification verify_sqlite(const Options& options, const VerifyOptions& verify, Underneath underneath)
{
    Files& files = *underneath.files;
    const auto layout = existing_layout(options.directory);
    if (!verify.repair) {
        Findings findings(verify, server_runs(files, layout));
        return Pass(layout, files, verify, findings).run();
    }

    const auto lock = take_lock(files, layout.lock, underneath.busy);
    const auto importing = take_lock(files, layout.import_lock, underneath.busy);
    if (!lock || !importing)
        throw std::runtime_error("a server or an import works on '" + layout.directory.string() +
                                 "'; stop it before a repair");
    Findings findings(verify, false);
    auto sum = Pass(layout, files, verify, findings).run();
    if (sum.wrong == 0) return sum;
    repair(layout, files, findings.damage, verify.repaired);

    // What was mended is no longer found; what is, could not be mended.
    VerifyOptions again = verify;
    again.found = [&](const Finding& finding) {
        if (!finding.wrong || !verify.found) return;
        Finding left = finding;
        left.left = true;
        verify.found(left);
    };
    Findings left(again, false);
    return Pass(layout, files, again, left).run();
}

} // namespace pillarbox::storage::sqlite
