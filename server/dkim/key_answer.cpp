#include "server/dkim/key_answer.hpp"

#include "server/dkim/key_record.hpp"

#include <ranges>

namespace pillarbox::dkim {

namespace {

constexpr std::size_t most_records = 5; // keys at one name that are tried, RFC 6376 §6.1.2

} // namespace

Checked check_signature(const KeyAnswer& answer, const Signature& signature, std::string_view hash)
{
    if (answer.kind == KeyAnswer::Kind::unknown)
        return {Outcome::temperror, "its key could not be looked up at " + signature.key_name()};
    Checked checked{Outcome::permerror, "there is no key at " + signature.key_name()};
    if (answer.kind == KeyAnswer::Kind::none) return checked;
    for (const auto& text : answer.records | std::views::take(most_records)) {
        const auto record = parse_key_record(text, signature);
        if (!record) {
            // What tells most: that a key did not fit, rather than another that was none.
            if (checked.outcome != Outcome::fail)
                checked = {record.error().outcome, record.error().why, checked.testing};
            continue;
        }
        if (record->key.holds(hash, signature.octets)) return {Outcome::pass, {}, record->testing};
        checked = {Outcome::fail, "the header was changed, or the signature is another key's",
                   record->testing};
    }
    return checked;
}

} // namespace pillarbox::dkim
