#include "storage/sqlite/schema.hpp"

#include <stdexcept>
#include <string>

namespace pillarbox::storage::sqlite {

int schema_version(Database& database)
{
    Query query(database, "PRAGMA user_version");
    query.step();
    return static_cast<int>(query.integer(0));
}

void migrate(Database& database, std::span<const char* const> steps)
{
    const int known = static_cast<int>(steps.size());
    while (true) {
        // Asked inside the transaction: a verb in another process may be at it too.
        database.run("BEGIN IMMEDIATE");
        int version = 0;
        try {
            version = schema_version(database);
            if (version >= known) {
                database.run("ROLLBACK");
                break;
            }
            database.script(steps[static_cast<std::size_t>(version)]);
            database.script(("PRAGMA user_version=" + std::to_string(version + 1)).c_str());
            database.run("COMMIT");
        } catch (const SQLite::Exception& error) {
            if (database.in_transaction()) database.run("ROLLBACK");
            throw std::runtime_error(
                "the mail database could not be brought from version " + std::to_string(version) +
                " to the next (" + error.what() +
                "); it is as it was: keep using the program that made it, and report this");
        }
    }
    const int version = schema_version(database);
    if (version > known)
        throw std::runtime_error("the mail database has version " + std::to_string(version) +
                                 ", and this program knows only up to " + std::to_string(known) +
                                 "; use the newer program that made it, or restore a backup");
}

} // namespace pillarbox::storage::sqlite
