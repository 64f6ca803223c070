#include "storage/sqlite/findings.hpp"

namespace pillarbox::storage::sqlite {

void Findings::add(Finding finding)
{
    ++(finding.wrong ? wrong_ : notes_);
    if (options_.found) options_.found(finding);
}

void Findings::add_leftover(Finding finding)
{
    finding.wrong = !beside_server_;
    add(std::move(finding));
}

void Findings::add_body(Database& database, const Place& place, const std::string& reason,
                        const std::filesystem::path& path)
{
    Finding finding{.kind = "body_damaged", .what = reason, .path = path.string(), .body = place.body};
    bool someones = false;
    Query copy(database,
               "SELECT msg.id, account.address, mailbox.name, msg.uid, body.subject, "
               "EXISTS (SELECT 1 FROM dead WHERE dead.msg = msg.id) "
               "FROM body JOIN msg ON msg.body = body.id LEFT JOIN account ON account.id = msg.account "
               "LEFT JOIN mailbox ON mailbox.id = msg.mailbox "
               "WHERE body.id = ? AND msg.id NOT IN (SELECT msg FROM quarantine)",
               place.body);
    while (copy.step()) {
        finding.message = copy.integer(0);
        finding.account = copy.as<std::string>(1);
        finding.mailbox = copy.as<std::string>(2);
        finding.uid = copy.as<std::uint32_t>(3);
        finding.subject = copy.as<std::string>(4);
        finding.what = copy.as<bool>(5) ? reason + "; the message was deleted" : reason;
        add(finding);
        someones = true;
    }
    Query queued(database,
                 "SELECT queue.recipient, body.subject FROM queue JOIN body ON body.id = queue.body "
                 "WHERE body.id = ?",
                 place.body);
    while (queued.step()) {
        add({.kind = "body_damaged",
             .what = reason + "; queued for " + queued.as<std::string>(0),
             .path = path.string(),
             .body = place.body,
             .subject = queued.as<std::string>(1)});
        someones = true;
    }
    if (!someones) {
        // Beside a server its last message may have gone meanwhile.
        if (!Query(database, "SELECT 1 FROM body WHERE id = ?", place.body).step()) return;
        add({.kind = "body_damaged", .what = reason, .path = path.string(), .body = place.body});
    }
    damage.bodies.push_back({place.body, reason});
}

} // namespace pillarbox::storage::sqlite
