#include "server/mailflow/objection.hpp"

#include "server/mailflow/routing.hpp"

namespace pillarbox::mailflow {

namespace {

// Fewer than the 100 that RFC 5321 §6.3 calls normal: real mail has some ten,
// and each round of a loop costs somebody.
constexpr std::size_t most_received = 50;

} // namespace

Verdict refusal(boost::system::error_code error)
{
    if (error == storage::Errc::out_of_space) {
        return {452, "4.3.1", "not stored: the server's disk is full, try again later", {}};
    }
    if (error == storage::Errc::over_quota) {
        return {452, "4.2.2", "not stored: a recipient's mailbox is full, try again later", {}};
    }
    if (error == storage::Errc::not_found) {
        return {451, "4.3.0", "not stored: a recipient was removed meanwhile, send it again", {}};
    }
    return {451, "4.3.0", "not stored, try again later", {}};
}

std::optional<Verdict> objection(const mime::Header& header, std::string_view head, std::uint64_t size,
                                 const std::vector<Recipient>& recipients)
{
    const mime::HeaderFaults& faults = header.faults();
    if (faults.beyond_limits() || (faults.unfinished && size > head.size())) {
        return Verdict{
            554, "5.6.0", "the header section is too large: 256 KiB, 2000 lines, 64 KiB for a field", {}};
    }
    if (header.count("Received") > most_received) {
        return Verdict{554, "5.4.6", "too many Received fields: the message is going in circles", {}};
    }
    if (forwarding_loop(header, recipients)) {
        return Verdict{554, "5.4.6", "forwarding loop: the message was here before", {}};
    }
    return std::nullopt;
}

} // namespace pillarbox::mailflow
