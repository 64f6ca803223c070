#include "server/admin/trace_words.hpp"

#include "server/admin/table.hpp"

#include <fmt/format.h>

namespace pillarbox::admin {
namespace {

using storage::Event;
using storage::EventKind;

/// " (ESMTPSA, TLSv1.3 ...)"; empty when nothing is known.
std::string how_of(const Event& event)
{
    std::string how = event.protocol;
    if (!event.tls.empty()) how += (how.empty() ? "" : ", ") + event.tls;
    return how.empty() ? how : " (" + how + ")";
}

/// "192.0.2.7 (ESMTPSA, TLSv1.3 ...), signed in as bob@example.org,".
std::string client_of(const Event& event)
{
    std::string text = event.peer.empty() ? "this server itself" : event.peer;
    text += how_of(event);
    if (!event.user.empty()) text += ", signed in as " + event.user + ",";
    return text;
}

std::string session_of(const Event& event)
{
    return event.session.empty() ? std::string() : fmt::format(" (session {})", event.session);
}

std::string reply_of(const Event& event)
{
    if (event.code == 0) return event.text;
    return fmt::format("{} {}", event.code, event.text);
}

/// ": 550 5.1.1 ..."; empty when nothing was said.
std::string saying(const Event& event)
{
    const std::string reply = reply_of(event);
    return reply.empty() ? reply : ": " + reply;
}

class Words
{
public:
    Words(const Event& event, const AccountNames& accounts, storage::Time now)
        : event_(event), accounts_(accounts), now_(now)
    {}

    std::string text() const
    {
        switch (event_.kind) {
        case EventKind::stored:
            return stored();
        case EventKind::queued:
            return fmt::format("accepted from {} for <{}>, and queued as {}{}", client_of(event_),
                               event_.recipient, std::int64_t(event_.queue), session_of(event_));
        case EventKind::relayed:
            return fmt::format("taken by {} for <{}>{}", event_.peer, event_.recipient, saying(event_));
        case EventKind::deferred:
            return fmt::format("not taken for <{}> yet{}{}", event_.recipient, by_peer(), saying(event_));
        case EventKind::returned:
            return fmt::format("given up for <{}>{}{}; its sender is told", event_.recipient, by_peer(),
                               saying(event_));
        case EventKind::dropped:
            return fmt::format("taken out of the queue by an administrator, and not sent to <{}>",
                               event_.recipient);
        case EventKind::fetched:
            return fmt::format("fetched by {} from {}", device(), mailbox());
        case EventKind::read:
            return fmt::format("marked as read in {}", mailbox());
        case EventKind::moved:
            return fmt::format("moved to {}", place());
        case EventKind::copied:
            return fmt::format("copied to {}", place());
        case EventKind::deleted:
            return deleted();
        case EventKind::restored:
            return fmt::format("put back from the vault into {}", place());
        case EventKind::forgotten:
            return fmt::format("removed for good from the vault of {}", account());
        case EventKind::verified:
            return fmt::format("found as it came for <{}>{}", event_.recipient, saying(event_));
        case EventKind::exposed:
            return fmt::format("sent to {} for <{}> with less TLS than before{}", event_.peer,
                               event_.recipient, saying(event_));
        case EventKind::judged:
            return fmt::format("judged for <{}>{}", event_.recipient, saying(event_));
        case EventKind::suppressed:
            return fmt::format("<{}> gets no more mail from users here{}", event_.recipient, saying(event_));
        case EventKind::recipient_refused:
            return fmt::format("{} was refused <{}> from <{}>{}{}", client_of(event_), event_.recipient,
                               event_.sender, saying(event_), session_of(event_));
        case EventKind::message_refused:
            return refused();
        case EventKind::sign_in_failed:
            return fmt::format("{}{} could not sign in as {}{}{}", event_.peer, how_of(event_), event_.user,
                               saying(event_), session_of(event_));
        case EventKind::signed_in:
            return fmt::format("{}{} signed in as {} with {}{}; told once a day", event_.peer, how_of(event_),
                               event_.user, password(), session_of(event_));
        case EventKind::suppression_lifted:
            return fmt::format("<{}> gets mail again: {}", event_.recipient,
                               event_.user.empty() ? event_.peer + " has taken some"
                                                   : "lifted by " + event_.user);
        }
        return "something that a later version knows";
    }

private:
    std::string account() const
    {
        const auto found = accounts_.find(event_.account);
        return found == accounts_.end() ? "an account that is gone" : found->second;
    }

    std::string mailbox() const
    {
        const std::string& name = event_.mailbox_name;
        return fmt::format("{} of {}", name.empty() ? "a mailbox that is gone" : name, account());
    }

    std::string place() const
    {
        return fmt::format("{}, uid {}, message {}", mailbox(), event_.uid, std::int64_t(event_.message));
    }

    std::string by_peer() const { return event_.peer.empty() ? std::string() : " by " + event_.peer; }

    std::string device() const
    {
        return event_.user.empty() ? "POP3 with the account's own password"
                                   : fmt::format("the device '{}'", event_.user);
    }

    std::string password() const
    {
        return event_.text.empty() ? "the account's own password"
                                   : fmt::format("the password of the device '{}'", event_.text);
    }

    std::string stored() const
    {
        if (event_.name.empty()) return fmt::format("put into {}; how it came is not known", place());
        // A copy of what its own writer sent was for nobody.
        const auto whom = event_.recipient.empty() ? "" : fmt::format(" for <{}>,", event_.recipient);
        return fmt::format("accepted from {}{} and stored in {}{}", client_of(event_), whom, place(),
                           session_of(event_));
    }

    std::string deleted() const
    {
        std::string text = "deleted from " + mailbox();
        if (event_.protocol == "POP3") text += fmt::format(" by {}, {}", device(), event_.peer);
        if (!event_.text.empty()) text += ", because " + event_.text;
        text += session_of(event_);
        if (!event_.until) return text + "; there was no vault for it";
        const std::string until = format_time(event_.until->time_since_epoch().count());
        if (event_.there) return text + "; in the vault until " + until;
        if (*event_.until <= now_) return text + "; gone for good since " + until;
        return text + "; it has left the vault";
    }

    std::string refused() const
    {
        const std::string whom = event_.recipient.empty() ? "" : fmt::format(" for <{}>", event_.recipient);
        return fmt::format("{} was refused a message from <{}>{}{}{}", client_of(event_), event_.sender, whom,
                           saying(event_), session_of(event_));
    }

    const Event& event_;
    const AccountNames& accounts_;
    storage::Time now_;
};

} // namespace

std::string in_words(const Event& event, const AccountNames& accounts, storage::Time now)
{
    return Words(event, accounts, now).text();
}

} // namespace pillarbox::admin
