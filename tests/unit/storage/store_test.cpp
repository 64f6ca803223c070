#include "tests/unit/storage/store_test.hpp"

#include "storage/sqlite/verify.hpp"

#include <cstdlib>
#include <stdexcept>

namespace pillarbox::storage {

TemporaryDirectory::TemporaryDirectory()
{
    std::string name = (std::filesystem::temp_directory_path() / "pillarbox-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("cannot make " + name);
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

StoreTest::StoreTest()
{
    options_.directory = directory_.path() / "data";
    options_.observer = recorder_;
    options_.vault = std::chrono::seconds(0); // what is deleted goes
    reopen();
    EXPECT_TRUE(run(accounts().add_domain("example.org")));
    add_account("alice@example.org");
    add_account("bob@example.org");
}

StoreTest::~StoreTest() = default;

void StoreTest::TearDown()
{
    close();
    if (!damages_) expect_sound();
}

void StoreTest::expect_sound()
{
    VerifyOptions options;
    options.found = [](const Finding& finding) {
        EXPECT_FALSE(finding.wrong) << finding.kind << ": " << finding.what << " (" << finding.path << ")";
    };
    sqlite::verify_sqlite(options_, options);
}

void StoreTest::close()
{
    store_.reset();
}

void StoreTest::reopen()
{
    close();
    store_ = sqlite::open_sqlite(options_, underneath_);
}

void StoreTest::add_account(const std::string& address)
{
    std::vector<NewAccount> one(1);
    one[0].address = address;
    one[0].password_hash = "hash";
    EXPECT_TRUE(run(accounts().add(one))) << address;
}

AccountId StoreTest::account(const std::string& address)
{
    const auto found = run(accounts().find(address));
    EXPECT_TRUE(found) << address;
    return found ? found->id : AccountId{};
}

Delivery StoreTest::delivery(std::string_view body, const std::vector<std::string>& addresses)
{
    Delivery delivery;
    delivery.body = mail().new_spool();
    EXPECT_TRUE(delivery.body->append(body));
    for (const auto& address : addresses)
        delivery.copies.push_back({account(address), std::string(trace)});
    delivery.summary.subject = "A subject";
    delivery.summary.sender_address = "sender@example.net";
    return delivery;
}

Result<void> StoreTest::deliver(std::string_view body, const std::vector<std::string>& addresses)
{
    return run(mail().deliver(delivery(body, addresses)));
}

std::unique_ptr<Maildrop> StoreTest::open_maildrop(const std::string& address)
{
    auto maildrop = run(mail().open_maildrop(account(address)));
    EXPECT_TRUE(maildrop);
    return maildrop ? std::move(*maildrop) : nullptr;
}

std::vector<MaildropEntry> StoreTest::entries(const std::string& address)
{
    const auto maildrop = open_maildrop(address);
    auto entries = run(maildrop->entries());
    EXPECT_TRUE(entries);
    return entries ? std::move(*entries) : std::vector<MaildropEntry>();
}

Result<std::string> StoreTest::read(MessageId message)
{
    auto reader = run(mail().open(message));
    if (!reader) return reader.error();
    std::string octets;
    while (true) {
        const auto piece = run((*reader)->next());
        if (!piece) return piece.error();
        if (piece->empty()) break;
        EXPECT_LE(piece->size(), 256u * 1024);
        octets += *piece;
    }
    EXPECT_EQ(octets.size(), (*reader)->size());
    return octets;
}

MailboxId StoreTest::mailbox(const std::string& address, MailboxRole role)
{
    const auto mailboxes = run(mail().mailboxes(account(address)));
    EXPECT_TRUE(mailboxes);
    for (const auto& mailbox : *mailboxes) {
        if (mailbox.role == role) return mailbox.id;
    }
    ADD_FAILURE() << "no such mailbox";
    return {};
}

std::string text_of(std::size_t octets, unsigned seed)
{
    std::string text;
    text.reserve(octets + 80);
    std::uint32_t state = seed * 2654435761u + 1;
    while (text.size() < octets) {
        state = state * 1664525u + 1013904223u;
        text += static_cast<char>('a' + (state >> 24) % 26);
        if (text.size() % 78 == 76) text += "\r\n";
    }
    text.resize(octets);
    return text;
}

} // namespace pillarbox::storage
