#pragma once

#include "storage/accounts.hpp"
#include "storage/api_tokens.hpp"
#include "storage/changes.hpp"
#include "storage/contacts.hpp"
#include "storage/devices.hpp"
#include "storage/dkim_keys.hpp"
#include "storage/drafts.hpp"
#include "storage/events.hpp"
#include "storage/identities.hpp"
#include "storage/later.hpp"
#include "storage/mail.hpp"
#include "storage/queue.hpp"
#include "storage/search.hpp"
#include "storage/sessions.hpp"
#include "storage/sqlite/database.hpp"
#include "storage/submissions.hpp"
#include "storage/tls_facts.hpp"
#include "storage/transfer.hpp"
#include "storage/vault.hpp"

namespace pillarbox::storage::sqlite {

struct Core;

// The interfaces over SQLite. A member describes its work and hands an
// awaitable back; the work runs on a database thread.

class SqliteMail final : public Mail
{
public:
    explicit SqliteMail(Core& core) : core_(core) {}

    std::unique_ptr<Spool> new_spool() override;
    Result<void> has_room(std::uint64_t octets) const override;
    awaitable<Result<void>> deliver(Delivery delivery) override;
    awaitable<Result<std::vector<boost::system::error_code>>>
    deliver_apart(Delivery delivery, std::vector<Delivery::Part> parts) override;
    awaitable<Result<std::unique_ptr<Maildrop>>> open_maildrop(AccountId account, MaildropView view,
                                                               std::optional<SignInVersion> as_of) override;
    awaitable<Result<std::vector<Mailbox>>> mailboxes(AccountId account) override;
    awaitable<Result<MailboxId>> add_mailbox(AccountId account, std::string name) override;
    awaitable<Result<void>> rename_mailbox(AccountId account, MailboxId mailbox, std::string name) override;
    awaitable<Result<void>> remove_mailbox(AccountId account, MailboxId mailbox) override;
    awaitable<Result<Page>> list(AccountId account, MailboxId mailbox, std::uint32_t before,
                                 std::uint32_t position, std::size_t limit, Rows rows) override;
    awaitable<Result<std::vector<MessageId>>> gather(AccountId account, std::vector<MessageId> messages,
                                                     std::size_t most) override;
    awaitable<Result<Listed>> find(AccountId account, MessageId message) override;
    awaitable<Result<std::unique_ptr<MessageReader>>> open(MessageId message) override;
    awaitable<Result<std::vector<std::unique_ptr<MessageReader>>>>
    open(std::vector<MessageId> messages) override;
    awaitable<Result<Listed>> set_flags(AccountId account, MessageId message, std::uint32_t add,
                                        std::uint32_t remove) override;
    awaitable<Result<std::vector<Changed>>> set_flags(AccountId account, std::vector<MessageId> messages,
                                                      std::uint32_t add, std::uint32_t remove) override;
    awaitable<Result<std::vector<Copied>>> copy(AccountId account, std::vector<MessageId> messages,
                                                MailboxId mailbox) override;
    awaitable<Result<std::vector<Copied>>> move(AccountId account, std::vector<MessageId> messages,
                                                MailboxId mailbox) override;
    awaitable<Result<void>> expunge(AccountId account, std::vector<MessageId> messages) override;

private:
    Core& core_;
};

class SqliteAccounts final : public Accounts
{
public:
    explicit SqliteAccounts(Core& core) : core_(core) {}

    awaitable<Result<Route>> route(std::string local_part, std::string domain, std::string author) override;
    awaitable<Result<Account>> find(std::string address) override;
    awaitable<Result<Account>> find(AccountId account) override;
    awaitable<Result<std::vector<AppPassword>>> app_passwords(AccountId account) override;
    awaitable<Result<SignIn>> sign_in(std::vector<std::string> addresses) override;
    awaitable<Result<void>> add_domain(std::string name) override;
    awaitable<Result<std::vector<Domain>>> domains() override;
    awaitable<Result<void>> remove_domain(std::string name) override;
    awaitable<Result<void>> set_domain_quota(std::string name, std::uint64_t quota) override;
    awaitable<Result<void>> set_domain_separators(std::string name,
                                                  std::optional<std::string> separators) override;
    awaitable<Result<void>> add(std::vector<NewAccount> accounts, std::size_t* failed) override;
    awaitable<Result<std::vector<Account>>> list() override;
    awaitable<Result<std::vector<Setting>>> settings(AccountId account) override;
    awaitable<Result<void>> set(AccountId account, std::vector<Setting> settings) override;
    awaitable<Result<void>> set_password(std::string address, std::string password_hash,
                                         std::string scram) override;
    awaitable<Result<void>> keep_scram(AccountId account, std::string label, std::string hash,
                                       std::string scram) override;
    awaitable<Result<bool>> scram_for_all() override;
    awaitable<Result<void>> renew_hash(AccountId account, std::string old_hash,
                                       std::string new_hash) override;
    awaitable<Result<void>> set_enabled(std::string address, bool enabled) override;
    awaitable<Result<void>> set_admin(std::string address, bool admin) override;
    awaitable<Result<void>> set_quota(std::string address, std::uint64_t quota) override;
    awaitable<Result<void>> set_pop3(std::string address, Pop3Terms terms) override;
    awaitable<Result<Pop3Terms>> pop3_extremes() override;
    awaitable<Result<void>> remove(std::string address) override;
    awaitable<Result<void>> add_app_password(std::string address, AppPassword password) override;
    awaitable<Result<void>> revoke_app_password(std::string address, std::string label) override;
    void touch_app_password(AccountId account, std::string label) override;
    awaitable<Result<void>> add_alias(Alias alias) override;
    awaitable<Result<std::vector<Alias>>> aliases() override;
    awaitable<Result<void>> remove_alias(std::string address) override;
    awaitable<Result<void>> set_alias_enabled(std::string address, bool enabled) override;
    awaitable<Result<void>> change_alias(std::string address, std::vector<std::string> targets,
                                         std::optional<Time> until) override;
    awaitable<Result<void>> add_sender(std::string account, std::string permitted) override;
    awaitable<Result<void>> remove_sender(std::string account, std::string permitted) override;
    awaitable<Result<std::vector<std::string>>> senders(std::string account) override;
    awaitable<Result<void>> permits(AccountId account, std::string local_part, std::string domain) override;

private:
    Core& core_;
};

class SqliteQueue final : public Queue
{
public:
    explicit SqliteQueue(Core& core) : core_(core) {}

    awaitable<Result<std::vector<Queued>>> list(std::size_t limit) override;
    awaitable<Result<Queued>> find(QueueId id) override;
    awaitable<Result<void>> drop(QueueId id) override;
    awaitable<Result<std::uint64_t>> change(std::optional<QueueId> id, QueueChange change) override;
    awaitable<Result<std::unique_ptr<MessageReader>>> open(QueueId id) override;
    awaitable<Result<std::optional<Claim>>> claim(ClaimWish wish) override;
    awaitable<Result<void>> settle(Settlement settlement) override;
    awaitable<Result<std::optional<Time>>> next_due(std::vector<std::string> busy) override;
    void on_queued(std::function<void()> listener) override;
    std::unique_ptr<QueueWatch> watch(std::function<void()> changed) override;

private:
    Core& core_;
    std::int64_t last_claim_ = 0; // on the row thread
};

class SqliteLater final : public Later
{
public:
    explicit SqliteLater(Core& core) : core_(core) {}

    awaitable<Result<std::optional<Waiting>>> due(Time now, QueueId after) override;
    awaitable<Result<std::optional<Time>>> next(Time now) override;
    awaitable<Result<void>> remove(std::vector<QueueId> entries) override;

private:
    Core& core_;
};

class SqliteSessions final : public Sessions
{
public:
    explicit SqliteSessions(Core& core) : core_(core) {}

    awaitable<Result<void>> add(WebSession session) override;
    awaitable<Result<WebSession>> find(std::string digest) override;
    awaitable<Result<void>> remove(std::string digest) override;
    awaitable<Result<std::vector<WebSession>>> list(AccountId account) override;
    awaitable<Result<void>> end(AccountId account, std::string digest) override;
    awaitable<Result<std::size_t>> end_others(AccountId account, std::string digest) override;
    void touch(std::string digest, std::string peer) override;

private:
    Core& core_;
};

class SqliteTransfer final : public Transfer
{
public:
    explicit SqliteTransfer(Core& core) : core_(core) {}

    awaitable<Result<bool>> has(MailboxId mailbox, std::string digest) override;
    awaitable<Result<Arrived>> bring(Brought message) override;
    awaitable<Result<MailboxId>> mailbox(AccountId account, std::string name) override;
    awaitable<Result<std::vector<Leaving>>> after(AccountId account, MailboxId mailbox, std::uint32_t uid,
                                                  std::size_t limit) override;
    awaitable<Result<void>> lease(std::string holder, Time until) override;

private:
    Core& core_;
};

class SqliteSearch final : public Search
{
public:
    explicit SqliteSearch(Core& core) : core_(core) {}

    awaitable<Result<Found>> search(AccountId account, SearchNode query, std::optional<SearchCursor> after,
                                    std::size_t limit, Rows rows, Order order) override;
    awaitable<Result<std::vector<MessageId>>>
    gather(AccountId account, SearchNode query, std::vector<MessageId> messages, std::size_t most) override;
    awaitable<Result<std::vector<Listed>>> thread(AccountId account, MessageId message) override;

private:
    Core& core_;
};

class SqliteVault final : public Vault
{
public:
    explicit SqliteVault(Core& core) : core_(core) {}

    awaitable<Result<std::vector<Kept>>> list(AccountId account, std::optional<VaultCursor> after,
                                              std::size_t limit) override;
    awaitable<Result<std::vector<Placed>>> restore(AccountId account,
                                                   std::vector<MessageId> messages) override;
    awaitable<Result<void>> forget(AccountId account, std::vector<MessageId> messages) override;

private:
    Core& core_;
};

class SqliteChanges final : public Changes
{
public:
    explicit SqliteChanges(Core& core) : core_(core) {}

    awaitable<Result<Feed>> since(AccountId account, std::uint64_t modseq, std::size_t limit) override;
    std::unique_ptr<Watch> watch(AccountId account) override;

private:
    Core& core_;
};

class SqliteDevices final : public Devices
{
public:
    explicit SqliteDevices(Core& core) : core_(core) {}

    awaitable<Result<std::vector<Device>>> list(AccountId account) override;
    awaitable<Result<std::vector<FetchedBy>>> who_fetched(AccountId account, MessageId message) override;
    void signed_in(const Visit& visit) override;
    awaitable<Result<void>> quit(Visit visit, std::vector<MessageId> deleted) override;
    void note(Visit visit) override;
    awaitable<Result<std::optional<std::chrono::seconds>>> grace(AccountId account) override;
    awaitable<Result<void>> set_grace(AccountId account, std::optional<std::chrono::seconds> grace) override;

private:
    awaitable<void> write_visits(AccountId account);

    Core& core_;
};

class SqliteEvents final : public Events
{
public:
    explicit SqliteEvents(Core& core) : core_(core) {}

    void note(Event event) override;
    awaitable<Result<std::vector<Event>>> of_message(AccountId account, MessageId message) override;
    awaitable<Result<std::vector<Event>>> of_named(std::string name) override;
    awaitable<Result<std::vector<Event>>> of_address(std::string address, Time since,
                                                     std::size_t most) override;

private:
    Core& core_;
};

class SqliteDrafts final : public Drafts
{
public:
    explicit SqliteDrafts(Core& core) : core_(core) {}

    awaitable<Result<DraftSaved>> add(NewDraft draft) override;
    awaitable<Result<Draft>> find(AccountId account, MessageId id) override;
    awaitable<Result<DraftSaved>> replace(DraftId id, MessageId expected, NewDraft draft) override;
    awaitable<Result<DraftSaved>> remove(AccountId account, DraftId id,
                                         std::optional<MessageId> expected) override;

private:
    Core& core_;
};

class SqliteSubmissions final : public Submissions
{
public:
    explicit SqliteSubmissions(Core& core) : core_(core) {}

    awaitable<Result<Submitted>> add(NewSubmission submission) override;
    awaitable<Result<std::optional<Submission>>> find(AccountId account, std::string key) override;
    awaitable<Result<Submission>> find(AccountId account, SubmissionId id) override;
    awaitable<Result<Submission>> undo(AccountId account, SubmissionId id) override;
    awaitable<Result<std::vector<Submission>>> pending(std::size_t limit) override;
    awaitable<Result<void>> postpone(SubmissionId id, Time send_at) override;
    awaitable<Result<void>> fail(SubmissionId id, std::string detail) override;

private:
    Core& core_;
};

class SqliteContacts final : public Contacts
{
public:
    explicit SqliteContacts(Core& core) : core_(core) {}

    awaitable<Result<void>> wrote_to(AccountId account, std::vector<Contact> people) override;
    awaitable<Result<std::vector<Contact>>> find(AccountId account, std::string prefix,
                                                 std::size_t limit) override;

private:
    Core& core_;
};

class SqliteDkimKeys final : public DkimKeys
{
public:
    explicit SqliteDkimKeys(Core& core) : core_(core) {}

    awaitable<Result<std::vector<DkimKey>>> list(std::string domain) override;
    awaitable<Result<void>> add(std::string domain, std::vector<DkimKey> keys) override;
    awaitable<Result<std::vector<DkimKey>>> add_first(std::string domain, std::vector<DkimKey> keys) override;
    awaitable<Result<void>> activate(std::string domain) override;
    awaitable<Result<void>> remove(std::string domain, std::string selector) override;

private:
    Core& core_;
};

class SqliteIdentities final : public Identities
{
public:
    explicit SqliteIdentities(Core& core) : core_(core) {}

    awaitable<Result<SendingIdentities>> list(AccountId account) override;
    awaitable<Result<void>> set(AccountId account, SendingIdentity identity) override;
    awaitable<Result<void>> reset(AccountId account, std::string address) override;

private:
    Core& core_;
};

class SqliteApiTokens final : public ApiTokens
{
public:
    explicit SqliteApiTokens(Core& core) : core_(core) {}

    awaitable<Result<ApiTokenId>> add(ApiToken token) override;
    awaitable<Result<ApiToken>> find(std::string digest) override;
    awaitable<Result<std::vector<ApiToken>>> list(AccountId account) override;
    awaitable<Result<void>> remove(AccountId account, ApiTokenId id) override;
    void touch(ApiTokenId id) override;

private:
    Core& core_;
};

class SqliteTlsFacts final : public TlsFacts
{
public:
    explicit SqliteTlsFacts(Core& core) : core_(core) {}

    awaitable<Result<std::optional<StsPolicy>>> sts_policy(std::string domain) override;
    awaitable<Result<void>> keep(StsPolicy policy) override;
    awaitable<Result<std::optional<TlsMark>>> best(std::string domain) override;
    awaitable<Result<void>> mark(std::string domain, TlsMark mark) override;
    awaitable<Result<void>> forget_best(std::string domain) override;

private:
    Core& core_;
};

// What several of them need.

/// For what is refused before a database thread is asked.
template <class T>
awaitable<Result<T>> refuse(Errc error)
{
    co_return make_error_code(error);
}

/// Counts one change of the account; returns its change counter. Empty when
/// there is no such account.
std::optional<std::uint64_t> next_modseq(Database& database, AccountId account);

/// A new mailbox of the account. Role and name must be free.
MailboxId make_mailbox(Database& database, AccountId account, MailboxRole role, std::string_view name);

/// Whether another process reads octets now: then none may be given back.
bool leased(Database& database);

/// As of the database's snapshot.
SignInVersion sign_in_version(Database& database);

/// The account at `address`, which is canonical.
std::optional<AccountId> account_at(Database& database, std::string_view address);

/// The domain of that name, which is canonical, when it is one of ours.
std::optional<DomainId> local_domain(Database& database, std::string_view name);

bool alias_exists(Database& database, std::string_view address);

/// One use of a body less; the last one makes it garbage.
void release_body(Database& database, std::int64_t body);

} // namespace pillarbox::storage::sqlite
