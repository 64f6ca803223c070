#include "storage/sqlite/lease.hpp"

#include "storage/sqlite/access.hpp"

#include <random>
#include <stdexcept>

#include <unistd.h>

namespace pillarbox::storage::sqlite {
namespace {

using namespace std::chrono_literals;

constexpr auto term = 120s;
constexpr auto renewal = 15s;
constexpr auto lease_busy = 10'000ms; // a server commits many times within that

} // namespace

Lease::Lease(const Layout& layout, std::string_view purpose) : holder_(new_lease_holder(purpose))
{
    if (::access(layout.database.c_str(), W_OK) != 0 || ::access(layout.directory.c_str(), W_OK) != 0) return;
    database_ = std::make_unique<Database>(Database::Options{
        .file = layout.database, .mode = Database::Mode::writer, .busy = lease_busy, .vfs = {}});
    write();
}

Lease::~Lease()
{
    try {
        if (database_) database_->run("DELETE FROM lease WHERE holder = ?", holder_);
    } catch (...) { // NOLINT(bugprone-empty-catch)
        // It ends by itself.
    }
}

void Lease::renew()
{
    if (!database_ || std::chrono::steady_clock::now() < due_) return;
    if (now() >= until_)
        throw std::runtime_error(
            "this process stood still for too long, and the server may have moved what it "
            "was reading; run it again");
    write();
}

void Lease::write()
{
    until_ = now() + term;
    database_->run("INSERT INTO lease (holder, until) VALUES (?, ?) ON CONFLICT DO UPDATE SET "
                   "until = excluded.until",
                   holder_, until_);
    due_ = std::chrono::steady_clock::now() + renewal;
}

} // namespace pillarbox::storage::sqlite

namespace pillarbox::storage {

std::string new_lease_holder(std::string_view purpose)
{
    return std::string(purpose) + " " + std::to_string(::getpid()) + "-" +
           std::to_string(std::random_device()());
}

} // namespace pillarbox::storage
