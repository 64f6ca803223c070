#include "server/base/ascii.hpp"
#include "server/net/tls_client.hpp"
#include "server/transfer/pop3_dialogue.hpp"
#include "server/transfer/source.hpp"

#include <fmt/format.h>

#include <sodium/crypto_generichash.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <string>
#include <unordered_map>
#include <utility>

namespace pillarbox::transfer {

namespace {

using Kind = Pop3Dialogue::Kind;
using std::chrono::milliseconds;

// For each piece of a reply: a server may read all of a large maildrop before
// it answers STAT, and waits ten minutes itself (RFC 1939 §3).
constexpr milliseconds reply_patience{300'000};

constexpr auto go_on = "run this again: it goes on where it stopped";

/// The dialogue over a connection.
class Conversation
{
public:
    explicit Conversation(const Pop3Source& source)
        : source_(source),
          connection_({.host = source.url.host,
                       .port = source.url.port,
                       .patience = reply_patience,
                       .interrupt = source.interrupt}),
          dialogue_(source.url.user, source.password, source.url.tls == Pop3Url::Tls::stls)
    {
        if (source.url.tls == Pop3Url::Tls::implicit) connection_.start_tls(source.trusted);
        if (source.url.tls == Pop3Url::Tls::none && !source.may_send_password(connection_.peer()))
            throw Failed(fmt::format("{}: without TLS others could read the password on its way there; where "
                                     "the network between is safe, add --set auth.allow_plaintext=always",
                                     source.url.host));
    }

    Pop3Dialogue& dialogue() { return dialogue_; }
    const Pop3Dialogue& dialogue() const { return dialogue_; }

    /// What comes next from the server. Throws Failed.
    Pop3Dialogue::Event next()
    {
        for (;;) {
            const auto event = dialogue_.next();
            if (event.kind == Kind::failed) throw Failed(fmt::format("{}: {}", source_.url.host, event.text));
            if (event.kind == Kind::secure) {
                connection_.start_tls(source_.trusted);
                dialogue_.secured();
            } else if (event.kind == Kind::more) {
                connection_.write(dialogue_.take_output()); // reading is what flushes
                dialogue_.feed(connection_.read());
            } else {
                return event;
            }
        }
    }

private:
    const Pop3Source& source_;
    net::ServerConnection connection_;
    Pop3Dialogue dialogue_;
};

/// One maildrop into one mailbox.
class Maildrop
{
public:
    Maildrop(Importer& importer, const Pop3Source& source, storage::MailboxId mailbox)
        : importer_(importer), source_(source), mailbox_(mailbox), conversation_(source)
    {}

    awaitable<void> bring_all()
    {
        conversation_.next(); // `listed`
        auto& dialogue = conversation_.dialogue();
        const auto count = dialogue.messages().size();
        for (std::size_t number = 1; number <= count && !importer_.stopping(); ++number) {
            const auto& message = dialogue.messages()[number - 1];
            auto name = name_of(message);
            const bool known = co_await importer_.pass_over(mailbox_, name);
            if (known) {
                importer_.show(number, count);
            } else if (message.octets > importer_.limit()) {
                importer_.skip_too_large(place(number));
            } else {
                names_.push_back(std::move(name));
                dialogue.retrieve(number);
            }
            if (dialogue.outstanding() == dialogue.most_outstanding()) co_await bring_one();
        }
        while (dialogue.outstanding() > 0 && !importer_.stopping())
            co_await bring_one();
    }

    void leave()
    {
        conversation_.dialogue().quit();
        conversation_.next();
    }

    /// Why and where the connection was lost, for people.
    std::string describe(const net::ConnectionFailed& lost) const
    {
        const auto number = conversation_.dialogue().current();
        return number > 0 ? fmt::format("{}: {}; {}", place(number), lost.what(), go_on) : lost.what();
    }

private:
    std::string place(std::size_t number) const
    {
        return fmt::format("{}: message {} of {}", source_.url.describe(), number,
                           conversation_.dialogue().messages().size());
    }

    /// What tells a message from others before it is read. The size is for
    /// servers that use unique ids again; and identical messages may have the
    /// same one (RFC 1939 §7).
    std::string name_of(const Pop3Dialogue::Message& message)
    {
        const auto text = fmt::format("pop3\n{}\n{}\n{}\n{}", ascii::to_lower(source_.url.host),
                                      source_.url.user, message.unique_id, message.octets);
        const auto before = known_before_[message.unique_id]++;
        return digest_of(before == 0 ? text : fmt::format("{}\n{}", text, before));
    }

    static std::string digest_of(const std::string& text)
    {
        std::string digest(32, '\0');
        crypto_generichash(reinterpret_cast<unsigned char*>(digest.data()), digest.size(),
                           reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr, 0);
        return digest;
    }

    awaitable<void> bring_one()
    {
        auto& dialogue = conversation_.dialogue();
        const auto number = dialogue.current();
        auto letter = importer_.begin(Letter::Form::plain);
        const auto most = 2 * std::max(importer_.limit(), dialogue.messages()[number - 1].octets);
        auto event = conversation_.next();
        for (; event.kind == Kind::text && !importer_.stopping(); event = conversation_.next()) {
            const auto stored = letter.append(event.text);
            if (!stored)
                throw Failed(fmt::format("{}: {}; {}", place(number), stored.error().message(), go_on));
            if (letter.octets() > most) throw Failed(fmt::format("{}: it does not end", place(number)));
        }
        auto name = std::move(names_.front());
        names_.pop_front();
        if (event.kind == Kind::refused) {
            importer_.skip(fmt::format("{}: '{}'", place(number), event.text), "the server does not give it");
        } else if (event.kind == Kind::end) {
            Importer::About about;
            about.mailbox = mailbox_;
            about.unique_id = dialogue.messages()[number - 1].unique_id;
            about.name = std::move(name);
            about.place = place(number);
            co_await importer_.take(std::move(letter), std::move(about));
            importer_.show(number, dialogue.messages().size());
        }
    }

    Importer& importer_;
    const Pop3Source& source_;
    storage::MailboxId mailbox_;
    Conversation conversation_;
    std::deque<std::string> names_;                             // of the messages asked for
    std::unordered_map<std::string, std::size_t> known_before_; // by unique id: how many had it
};

/// Leaves the connection when it returns, and when it throws.
awaitable<void> import_maildrop(Importer& importer, const Pop3Source& source, storage::MailboxId mailbox)
{
    Maildrop maildrop(importer, source, mailbox);
    try {
        co_await maildrop.bring_all();
    } catch (const net::ConnectionFailed& lost) {
        throw net::ConnectionFailed(maildrop.describe(lost));
    }
    if (importer.stopping()) co_return; // and does not wait for what is on its way
    try {
        maildrop.leave();
    } catch (const net::ConnectionFailed&) {
        // All messages are here, and without DELE no answer to QUIT changes
        // anything there (RFC 1939 §6).
    }
}

} // namespace

awaitable<void> import_pop3(Importer& importer, Pop3Source source)
{
    const auto mailbox = co_await importer.folder(source.folder.empty() ? "Inbox" : source.folder);
    try {
        co_await import_maildrop(importer, source, mailbox);
    } catch (const net::ConnectionFailed& lost) {
        if (!importer.stopping()) throw Failed(lost.what()); // or else it was interrupted
    }
    co_await importer.settle();
}

} // namespace pillarbox::transfer
