#include "storage/events.hpp"

namespace pillarbox::storage {

std::string_view name_of(EventKind kind)
{
    switch (kind) {
    case EventKind::stored:
        return "stored";
    case EventKind::queued:
        return "queued";
    case EventKind::relayed:
        return "relayed";
    case EventKind::deferred:
        return "deferred";
    case EventKind::returned:
        return "returned";
    case EventKind::dropped:
        return "dropped";
    case EventKind::fetched:
        return "fetched";
    case EventKind::read:
        return "read";
    case EventKind::moved:
        return "moved";
    case EventKind::copied:
        return "copied";
    case EventKind::deleted:
        return "deleted";
    case EventKind::restored:
        return "restored";
    case EventKind::forgotten:
        return "forgotten";
    case EventKind::verified:
        return "verified";
    case EventKind::exposed:
        return "exposed";
    case EventKind::judged:
        return "judged";
    case EventKind::suppressed:
        return "suppressed";
    case EventKind::recipient_refused:
        return "recipientRefused";
    case EventKind::message_refused:
        return "messageRefused";
    case EventKind::sign_in_failed:
        return "signInFailed";
    case EventKind::signed_in:
        return "signedIn";
    case EventKind::suppression_lifted:
        return "suppressionLifted";
    }
    return "unknown"; // of a later version
}

} // namespace pillarbox::storage
