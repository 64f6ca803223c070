#pragma once

#include "storage/maintenance.hpp"
#include "storage/sqlite/body_store.hpp"
#include "storage/sqlite/database.hpp"

#include <filesystem>
#include <vector>

namespace pillarbox::storage::sqlite {

/// Octets of a segment that belong to no row.
struct Stray
{
    std::int64_t segment = 0;
    std::uint64_t offset = 0;
    std::uint64_t octets = 0;
    std::int64_t body = 0; // when they are a whole, sound record
};

/// What a repair has to deal with in files; what it has to mend in rows it
/// finds by itself.
struct Damage
{
    struct Body
    {
        std::int64_t id = 0;
        std::string reason;
    };

    std::vector<Body> bodies;
    std::vector<std::filesystem::path> orphans; // files and segments without a row
    std::vector<Stray> strays;
    std::vector<std::int64_t> short_segments; // missing, or shorter than their rows say
    bool index = false;                       // index.db cannot be used
    bool database = false;                    // SQLite says that mail.db is damaged
};

/// Hands on what a verification finds, and keeps what a repair needs.
class Findings
{
public:
    Findings(const VerifyOptions& options, bool beside_server)
        : options_(options), beside_server_(beside_server)
    {}

    void add(Finding finding);

    /// What a server clears by itself sooner or later: wrong only while none runs.
    void add_leftover(Finding finding);

    /// A body's octets are not what its row says: one finding for each message
    /// that has it.
    void add_body(Database& database, const Place& place, const std::string& reason,
                  const std::filesystem::path& path);

    bool beside_server() const { return beside_server_; }
    std::uint64_t wrong() const { return wrong_; }
    std::uint64_t notes() const { return notes_; }

    Damage damage;

private:
    const VerifyOptions& options_;
    bool beside_server_;
    std::uint64_t wrong_ = 0;
    std::uint64_t notes_ = 0;
};

} // namespace pillarbox::storage::sqlite
