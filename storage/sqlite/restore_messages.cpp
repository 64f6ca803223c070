#include "storage/sqlite/restore_messages.hpp"

#include "storage/sqlite/address.hpp"
#include "storage/sqlite/blocking_op.hpp"
#include "storage/sqlite/checksum.hpp"
#include "storage/sqlite/finished_backup.hpp"
#include "storage/sqlite/snapshot.hpp"
#include "storage/sqlite/spool.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include <fcntl.h>

namespace pillarbox::storage::sqlite {
namespace {

constexpr std::size_t restored_at_once = 64; // brought in one group
constexpr std::uint64_t restored_octets_at_once = 16ull * 1024 * 1024;

/// A message in the backup.
struct KeptMessage
{
    std::int64_t msg = 0;
    std::int64_t mailbox = 0;
    std::uint32_t uid = 0;
    std::uint32_t flags = 0;
    Time received{};
    std::string trace{};
    Place place{};
    Summary summary{};
};

/// A mailbox in the backup, and the one here that it leads to.
struct Way
{
    std::int64_t from = 0;
    MailboxRole role{};
    std::string name{};
    MailboxId to{};
};

/// Sizes and checksums.
using Keys = std::set<std::pair<std::uint64_t, std::uint32_t>>;

class RestoreMessages
{
public:
    RestoreMessages(boost::asio::io_context& context, const FinishedBackup& backup, SqliteStore& store,
                    Files& files, const Selection& selection, const RestoreOptions& options)
        : context_(context),
          backup_(backup),
          store_(store),
          files_(files),
          selection_(selection),
          options_(options),
          snapshot_(open_snapshot(backup.snapshot() / "mail.db")),
          wanted_(selection.messages.begin(), selection.messages.end())
    {}

    SelectionSummary run()
    {
        find_account();
        for (const auto& way : ways()) {
            way_ = way;
            expect_total();
            bring_mailbox();
        }
        flush();
        sum_.missing = wanted_.size();
        return sum_;
    }

private:
    void find_account()
    {
        const auto address = parse_address(selection_.account);
        const auto text = address ? address->text() : selection_.account;
        {
            Query row(*snapshot_, "SELECT id FROM account WHERE address = ?", text);
            if (!row.step()) throw std::runtime_error("the backup has no account " + text);
            theirs_ = row.integer(0);
        }
        const auto found = wait(store_.accounts().find(text));
        if (!found)
            throw std::runtime_error("there is no account " + text +
                                     " here to restore into; add it first: pillarbox account add");
        ours_ = found->id;
        same_store_ = submit_and_wait(*store_.core().readers, [](Database& database) -> Result<std::string> {
                          return store_of(database);
                      }).value() == backup_.manifest().store;
    }

    std::vector<Way> ways()
    {
        std::vector<Way> ways;
        {
            Query row(*snapshot_,
                      "SELECT id, role, name FROM mailbox WHERE account = ?1 AND (?2 = '' OR name = ?2)",
                      theirs_, selection_.mailbox);
            while (row.step())
                ways.push_back(
                    {.from = row.integer(0), .role = row.as<MailboxRole>(1), .name = row.as<std::string>(2)});
        }
        if (ways.empty())
            throw std::runtime_error("the backup has no mailbox '" + selection_.mailbox + "' of " +
                                     selection_.account + "; see: pillarbox restore SRC --list");
        const auto here = wait(store_.mail().mailboxes(ours_));
        if (!here) throw std::runtime_error("the mailboxes cannot be read: " + here.error().message());
        for (auto& way : ways) {
            const auto same = std::ranges::find_if(*here, [&](const Mailbox& mailbox) {
                return way.role != MailboxRole::own && mailbox.role == way.role;
            });
            way.to = selection_.to.empty() && same != here->end()
                         ? same->id
                         : named(selection_.to.empty() ? way.name : selection_.to);
        }
        return ways;
    }

    MailboxId named(const std::string& name)
    {
        const auto found = wait(store_.transfer().mailbox(ours_, name));
        if (!found)
            throw std::runtime_error("there can be no mailbox '" + name + "': " + found.error().message());
        return *found;
    }

    void expect_total()
    {
        Query row(*snapshot_, "SELECT octets FROM mailbox WHERE id = ?", way_.from);
        if (row.step()) total_ += row.as<std::uint64_t>(0);
    }

    void bring_mailbox()
    {
        for (std::uint32_t uid = 0;;) {
            const auto page = page_after(uid);
            for (const auto& kept : page)
                bring(kept);
            if (page.empty()) return;
            uid = page.back().uid;
        }
    }

    std::vector<KeptMessage> page_after(std::uint32_t uid)
    {
        std::vector<KeptMessage> page;
        Query row(*snapshot_,
                  "SELECT m.msg, m.uid, m.flags, m.received, msg.trace, body.id, body.tier, body.segment, "
                  "body.offset, body.octets, body.checksum, body.sender_name, body.sender_address, "
                  "body.subject, body.preview, body.message_id, body.thread_key, body.date, body.attachments "
                  "FROM message m JOIN msg ON msg.id = m.msg JOIN body ON body.id = msg.body "
                  "WHERE m.mailbox = ? AND m.uid > ? ORDER BY m.uid LIMIT ?",
                  way_.from, uid, restored_at_once);
        while (row.step())
            page.push_back({.msg = row.integer(0),
                            .mailbox = way_.from,
                            .uid = row.as<std::uint32_t>(1),
                            .flags = row.as<std::uint32_t>(2),
                            .received = row.as<Time>(3),
                            .trace = row.as<std::string>(4),
                            .place = place_of(row, 5),
                            .summary = {.sender_name = row.as<std::string>(11),
                                        .sender_address = row.as<std::string>(12),
                                        .subject = row.as<std::string>(13),
                                        .preview = row.as<std::string>(14),
                                        .message_id = row.as<std::string>(15),
                                        .thread_key = row.as<std::string>(16),
                                        .date = row.as<Time>(17),
                                        .attachments = row.as<bool>(18)}});
        return page;
    }

    void bring(const KeptMessage& kept)
    {
        show(kept.trace.size() + kept.place.octets);
        if (!selection_.messages.empty() && wanted_.erase(MessageId{kept.msg}) == 0) return;
        if (still_there(kept)) {
            ++sum_.there;
            return;
        }
        auto spool = store_.mail().new_spool();
        const auto fault = read(kept, static_cast<FileSpool&>(*spool));
        if (!fault.empty()) return damaged(kept, fault);
        const auto key = std::pair(spool->size(), static_cast<FileSpool&>(*spool).checksum());
        if (!brought_before(way_.to).insert(key).second) {
            ++sum_.there;
            return;
        }
        octets_ += spool->size();
        batch_.push_back({.account = ours_,
                          .mailbox = way_.to,
                          .flags = kept.flags,
                          .received = kept.received,
                          .unique_id = {},
                          .digest = {},
                          .name = {},
                          .body = std::move(spool),
                          .summary = kept.summary});
        if (batch_.size() >= restored_at_once || octets_ >= restored_octets_at_once) flush();
    }

    /// The body is in some mailbox of the account: the message itself, or a copy.
    bool still_there(const KeptMessage& kept)
    {
        if (!same_store_ || !selection_.to.empty()) return false;
        const auto look = [this, body = kept.place.body](Database& database) -> Result<bool> {
            return Query(
                       database,
                       "SELECT 1 FROM msg JOIN message m ON m.mailbox = msg.mailbox AND m.uid = msg.uid AND "
                       "m.msg = msg.id WHERE msg.body = ? AND msg.account = ? LIMIT 1",
                       body, ours_)
                .step();
        };
        return submit_and_wait(*store_.core().readers, look).value();
    }

    /// What an earlier restore may have brought: messages without trace fields
    /// of their own, by size and checksum.
    Keys& brought_before(MailboxId mailbox)
    {
        const auto [known, first_time] = brought_.try_emplace(mailbox);
        if (!first_time) return known->second;
        const auto look = [mailbox](Database& database) -> Result<Keys> {
            Keys keys;
            Query row(database,
                      "SELECT m.size, body.checksum FROM message m JOIN msg ON msg.id = m.msg JOIN body ON "
                      "body.id = msg.body WHERE m.mailbox = ? AND length(msg.trace) = 0",
                      mailbox);
            while (row.step())
                keys.emplace(row.as<std::uint64_t>(0), row.as<std::uint32_t>(1));
            return keys;
        };
        known->second = submit_and_wait(*store_.core().readers, look).value();
        return known->second;
    }

    /// Why it cannot be read whole; empty when it can.
    std::string read(const KeptMessage& kept, FileSpool& spool)
    {
        const auto& place = kept.place;
        std::uint32_t sum = 0;
        std::uint64_t octets = 0;
        const auto take = [&](std::string_view piece) {
            sum = checksum(piece, sum);
            octets += piece.size();
            append(spool, piece);
        };
        append(spool, kept.trace);
        if (place.tier == Tier::row) {
            Query row(*snapshot_, "SELECT content FROM body WHERE id = ?", place.body);
            if (row.step()) take(row.text(0));
        } else {
            const bool alone = place.tier == Tier::file;
            const auto path = alone ? backup_.folder().bodies() / BodyStore::name_of(place.body)
                                    : backup_.folder().segments() / BodyStore::name_of(place.segment);
            const auto file = files_.open(path, O_RDONLY);
            if (!file) return "its octets are missing in the backup";
            const auto begin = alone ? 0 : place.offset + record_header_octets;
            std::string piece(piece_octets, '\0');
            while (octets < place.octets) {
                const auto wanted =
                    static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), place.octets - octets));
                const auto got = read_at(file->number(), std::span(piece).first(wanted), begin + octets);
                if (!got || *got == 0) return "its octets cannot be read in the backup";
                take(std::string_view(piece).substr(0, *got));
            }
        }
        return octets == place.octets && sum == place.checksum ? "" : "its octets are damaged in the backup";
    }

    static void append(FileSpool& spool, std::string_view octets)
    {
        if (!spool.append(octets)) throw std::runtime_error("there is no room for more on the disk");
    }

    void damaged(const KeptMessage& kept, const std::string& why)
    {
        ++sum_.damaged;
        if (options_.found)
            options_.found({.kind = "body_damaged",
                            .what = why,
                            .body = kept.place.body,
                            .message = kept.msg,
                            .account = selection_.account,
                            .mailbox = way_.name,
                            .uid = kept.uid,
                            .subject = kept.summary.subject});
    }

    /// All of the batch together, so that they share their syncs.
    void flush()
    {
        std::vector<Result<Arrived>> arrived;
        std::vector<std::uint64_t> sizes;
        std::exception_ptr escaped;
        for (auto& message : batch_) {
            const auto size = message.body->size();
            boost::asio::co_spawn(context_, store_.transfer().bring(std::move(message)),
                                  [&, size](std::exception_ptr error, Result<Arrived> result) {
                                      if (error) escaped = error;
                                      arrived.push_back(result);
                                      sizes.push_back(size);
                                  });
        }
        batch_.clear();
        octets_ = 0;
        context_.restart();
        context_.run();
        if (escaped) std::rethrow_exception(escaped);
        error_code failed;
        for (std::size_t i = 0; i < arrived.size(); ++i) {
            if (!arrived[i]) {
                failed = arrived[i].error();
                continue;
            }
            ++sum_.restored;
            sum_.octets += sizes[i];
        }
        if (failed)
            throw std::runtime_error(std::to_string(sum_.restored) + " messages were restored, and then: " +
                                     failed.message() + "; done again once it can be, it goes on from there");
    }

    template <class Value>
    Value wait(boost::asio::awaitable<Value> call)
    {
        std::optional<Value> outcome;
        std::exception_ptr escaped;
        boost::asio::co_spawn(context_, std::move(call), [&](std::exception_ptr error, Value value) {
            escaped = error;
            if (!error) outcome = std::move(value);
        });
        context_.restart();
        context_.run();
        if (escaped) std::rethrow_exception(escaped);
        if (!outcome) throw std::runtime_error("the store ended before it answered");
        return std::move(*outcome);
    }

    void show(std::uint64_t octets)
    {
        done_ += octets;
        if (options_.progress) options_.progress({"restoring messages", std::min(done_, total_), total_});
    }

    boost::asio::io_context& context_;
    const FinishedBackup& backup_;
    SqliteStore& store_;
    Files& files_;
    const Selection& selection_;
    const RestoreOptions& options_;
    std::unique_ptr<Database> snapshot_;
    std::set<MessageId> wanted_; // and not met yet
    std::int64_t theirs_ = 0;    // the account there
    AccountId ours_{};
    bool same_store_ = false;
    Way way_;
    std::map<MailboxId, Keys> brought_;
    std::vector<Brought> batch_;
    std::uint64_t octets_ = 0; // of the batch
    std::uint64_t done_ = 0;
    std::uint64_t total_ = 0;
    SelectionSummary sum_;
};

} // namespace

SelectionSummary restore_messages_sqlite(const Options& options, const std::filesystem::path& source,
                                         const Selection& selection, const RestoreOptions& restore,
                                         Underneath underneath)
{
    try {
        const FinishedBackup backup(*underneath.files, source, {});
        Options importer = options;
        importer.access = Options::Access::importer;
        const auto files = underneath.files;
        boost::asio::io_context context(1); // outlives the store, whose threads post to it
        const auto store = open_sqlite(importer, std::move(underneath));
        return RestoreMessages(context, backup, *store, *files, selection, restore).run();
    } catch (const SQLite::Exception& error) {
        throw std::runtime_error("the database of the backup cannot be used (" + std::string(error.what()) +
                                 "); use another backup");
    }
}

} // namespace pillarbox::storage::sqlite
