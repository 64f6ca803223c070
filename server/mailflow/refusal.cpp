#include "server/mailflow/refusal.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>
#include <array>

namespace pillarbox::mailflow {
namespace {

enum class Provider
{
    anybody,
    google,
    microsoft,
    yahoo
};

struct Meaning
{
    Provider provider;
    std::string_view mark; // what the words contain
    std::string_view text;
};

using enum Provider;

constexpr std::string_view unproven =
    "It could not tell that the message is from your domain. Whoever runs this server "
    "should publish its SPF, DKIM and DMARC records; 'pillarbox doctor' says which are missing.";
constexpr std::string_view distrusted =
    "It has had unwanted mail from this server's address, or from addresses beside it. Whoever runs "
    "this server should ask it to be taken off its list.";
constexpr std::string_view too_much =
    "It gets more mail from this server than it expects, or its people complained of some. Less mail, "
    "and time, help.";
constexpr std::string_view no_such_mailbox =
    "There is no such mailbox. Look for a mistake in the address, or ask the recipient for the new one.";
constexpr std::string_view full = "The recipient's mailbox is full. Tell him in another way; once he has "
                                  "made room, send the message again.";
constexpr std::string_view switched_off =
    "The recipient's mailbox is switched off, mostly because nobody has used it for long.";
constexpr std::string_view nameless =
    "This server's address has no name, or one that leads elsewhere. Whoever rents the address to you can "
    "give it one (reverse DNS); 'pillarbox doctor' says what it should be.";
constexpr std::string_view looks_like_junk =
    "It takes this message for junk. Other words, fewer links, or no attachment may pass.";

// The first that fits: the particular before the general.
constexpr std::array meanings{
    Meaning{google, "5.7.26", unproven},
    Meaning{google, "5.7.27", unproven}, // SPF
    Meaning{google, "5.7.30", unproven}, // DKIM
    Meaning{google, "4.7.27", unproven},
    Meaning{google, "4.7.30", unproven},
    Meaning{google, "4.7.32", unproven}, // what passed is of another domain
    Meaning{google, "5.7.25", nameless},
    Meaning{google, "4.7.23", nameless},
    Meaning{google, "5.7.29", "It takes mail under TLS only, and TLS did not come about."},
    Meaning{google, "4.7.29", "It takes mail under TLS only, and TLS did not come about."},
    Meaning{google, "4.7.28", too_much},
    Meaning{google, "5.7.28", too_much},
    Meaning{google, "unusual rate", too_much},
    Meaning{google, "5.2.1", switched_off},
    Meaning{google, "4.2.1",
            "The recipient gets more mail at the moment than is let through. It is tried again."},
    Meaning{google, "unsolicited", looks_like_junk},
    Meaning{google, "gcdp", "The recipient's organisation has a rule against it. Ask the recipient."},
    Meaning{microsoft, "S3140", distrusted},
    Meaning{microsoft, "S3150", distrusted},
    Meaning{microsoft, "banned send", distrusted},
    Meaning{microsoft, "5.7.606", distrusted},
    Meaning{microsoft, "5.7.511", distrusted},
    Meaning{microsoft, "5.7.708", distrusted},
    Meaning{microsoft, "5.7.509", unproven}, // DMARC says reject
    Meaning{microsoft, "5.7.515", unproven}, // not as those must who send much
    Meaning{microsoft, "4.7.650", too_much},
    Meaning{microsoft, "4.7.500", too_much},
    Meaning{microsoft, "RP-00", too_much},
    Meaning{microsoft, "5.4.1", no_such_mailbox}, // "Recipient address rejected: Access denied"
    Meaning{microsoft, "5.5.0", no_such_mailbox},
    Meaning{microsoft, "Spamhaus", distrusted},
    Meaning{yahoo, "[TS", too_much}, // [TSS04] and its brothers
    Meaning{yahoo, "[BL", distrusted},
    Meaning{yahoo, "5.7.9", unproven},
    Meaning{yahoo, "(PH01)", looks_like_junk},
    Meaning{yahoo, "dd This user", no_such_mailbox},
    Meaning{anybody, "5.1.1", no_such_mailbox},
    Meaning{anybody, "5.1.10", no_such_mailbox},
    Meaning{anybody, "5.1.6", "The recipient has moved. Ask for the new address."},
    Meaning{anybody, "5.2.2", full},
    Meaning{anybody, "4.2.2", full},
    Meaning{anybody, "5.2.1", switched_off},
    Meaning{anybody, "5.2.3",
            "The message is larger than the recipient may get. Send a link, or smaller parts."},
    Meaning{anybody, "5.3.4", "The message is larger than that server takes. Send a link, or smaller parts."},
    Meaning{anybody, "5.7.25", nameless}, // RFC 7372
    Meaning{anybody, "5.7.23", unproven}, // SPF, RFC 7372
    Meaning{anybody, "5.7.20", unproven}, // DKIM, RFC 7372
    Meaning{anybody, "5.7.26", unproven}, // several, RFC 7372
    Meaning{anybody, "reylist",
            "It asks everybody new to come again later, which this server does by itself."},
    Meaning{anybody, "spamhaus", distrusted},
    Meaning{anybody, "black list", distrusted},
    Meaning{anybody, "blacklist", distrusted},
    Meaning{anybody, "blocklist", distrusted},
    Meaning{anybody, "block list", distrusted},
};

Provider provider_of(std::string_view host)
{
    const auto is_of = [host](std::string_view domain) {
        if (host.size() < domain.size()) return false;
        const auto from = host.size() - domain.size();
        return ascii::equal(host.substr(from), domain) && (from == 0 || host[from - 1] == '.');
    };
    if (is_of("google.com") || is_of("googlemail.com")) return google;
    if (is_of("outlook.com") || is_of("hotmail.com")) return microsoft;
    if (is_of("yahoodns.net") || is_of("yahoo.com")) return yahoo;
    return anybody;
}

bool is_of_a_number(char octet)
{
    return (octet >= '0' && octet <= '9') || octet == '.';
}

/// Without regard to case; a status code as a whole.
bool says(std::string_view words, std::string_view mark)
{
    const auto same = [](char a, char b) { return ascii::equal({&a, 1}, {&b, 1}); };
    const bool number = std::ranges::all_of(mark, is_of_a_number);
    for (auto rest = words;;) {
        const auto found = std::ranges::search(rest, mark, same);
        if (found.empty()) return false;
        const auto begin = static_cast<std::size_t>(found.begin() - words.begin());
        const auto end = begin + mark.size();
        const bool cut = number && ((begin > 0 && is_of_a_number(words[begin - 1])) ||
                                    (end < words.size() && words[end] >= '0' && words[end] <= '9'));
        if (!cut) return true;
        rest = words.substr(end);
    }
}

} // namespace

std::string_view meaning_of_refusal(std::string_view host, std::string_view words)
{
    const auto provider = provider_of(host);
    for (const auto& meaning : meanings) {
        if (meaning.provider != anybody && meaning.provider != provider) continue;
        if (says(words, meaning.mark)) return meaning.text;
    }
    return {};
}

} // namespace pillarbox::mailflow
