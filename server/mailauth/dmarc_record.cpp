#include "server/mailauth/dmarc_record.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>

namespace pillarbox::mailauth {

namespace {

constexpr std::size_t most_questions = 8; // RFC 9989 §4.10
constexpr std::size_t most_labels = 7;    // of every question but the first
constexpr std::size_t most_reports = 10;  // who is told
constexpr std::size_t longest_uri = 500;

std::optional<DmarcPolicy> parse_policy(std::string_view value)
{
    for (const auto policy : {DmarcPolicy::none, DmarcPolicy::quarantine, DmarcPolicy::reject})
        if (ascii::equal(value, name_of(policy))) return policy;
    return std::nullopt;
}

/// The URIs in a list, known by their schemes: RFC 3986 §3.1.
std::vector<std::string> uris_in(std::string_view list)
{
    std::vector<std::string> uris;
    const auto is_letter = [](char c) { return ascii::lower(c) >= 'a' && ascii::lower(c) <= 'z'; };
    const auto fits = [&](char c) {
        return is_letter(c) || ascii::is_digit(c) || c == '+' || c == '-' || c == '.';
    };
    while (!list.empty() && uris.size() < most_reports) {
        const auto uri = ascii::trim(ascii::take_until(list, ','));
        std::string_view rest = uri;
        const auto scheme = ascii::take_until(rest, ':');
        if (!rest.empty() && !scheme.empty() && is_letter(scheme.front()) &&
            std::ranges::all_of(scheme, fits) && uri.size() <= longest_uri)
            uris.emplace_back(uri);
    }
    return uris;
}

/// The record while it is read.
struct RecordReading
{
    DmarcRecord record;
    std::optional<DmarcPolicy> policy;
    bool bad_subdomains = false; // sp or np is none that is known

    void take(std::string_view name, std::string_view value)
    {
        if (ascii::equal(name, "p")) {
            policy = parse_policy(value);
        } else if (ascii::equal(name, "sp")) {
            record.subdomains = parse_policy(value);
            bad_subdomains |= !record.subdomains;
        } else if (ascii::equal(name, "np")) {
            record.non_existent_subdomains = parse_policy(value);
            bad_subdomains |= !record.non_existent_subdomains;
        } else if (ascii::equal(name, "adkim")) {
            record.strict_dkim = ascii::equal(value, "s");
        } else if (ascii::equal(name, "aspf")) {
            record.strict_spf = ascii::equal(value, "s");
        } else if (ascii::equal(name, "t")) {
            record.testing = ascii::equal(value, "y");
        } else if (ascii::equal(name, "psd")) {
            if (ascii::equal(value, "y")) record.public_suffix = DmarcRecord::Suffix::yes;
            if (ascii::equal(value, "n")) record.public_suffix = DmarcRecord::Suffix::no;
        } else if (ascii::equal(name, "rua")) {
            record.reports = uris_in(value);
        }
    }
};

std::string_view parent_of(std::string_view domain)
{
    const auto dot = domain.find('.');
    return dot == std::string_view::npos ? std::string_view() : domain.substr(dot + 1);
}

} // namespace

std::string_view name_of(DmarcPolicy policy)
{
    switch (policy) {
    case DmarcPolicy::none:
        return "none";
    case DmarcPolicy::quarantine:
        return "quarantine";
    case DmarcPolicy::reject:
        break;
    }
    return "reject";
}

std::string_view name_of(DmarcResult result)
{
    switch (result) {
    case DmarcResult::none:
        return "none";
    case DmarcResult::pass:
        return "pass";
    case DmarcResult::fail:
        return "fail";
    case DmarcResult::temperror:
        return "temperror";
    case DmarcResult::permerror:
        break;
    }
    return "permerror";
}

std::optional<DmarcRecord> parse_dmarc_record(std::string_view text)
{
    std::string_view version = ascii::take_until(text, ';');
    const auto name = ascii::trim(ascii::take_until(version, '='));
    if (!ascii::equal(name, "v") || ascii::trim(version) != "DMARC1") return std::nullopt;
    RecordReading reading;
    while (!text.empty()) {
        std::string_view value = ascii::take_until(text, ';');
        const auto tag = ascii::trim(ascii::take_until(value, '='));
        reading.take(tag, ascii::trim(value));
    }
    DmarcRecord& record = reading.record;
    if (reading.policy && !reading.bad_subdomains) {
        record.policy = *reading.policy;
        return record;
    }
    record.subdomains.reset();
    record.non_existent_subdomains.reset();
    record.usable = !record.reports.empty(); // as p=none then, RFC 9989 §4.10.1
    return record;
}

std::vector<std::string> dmarc_walk(std::string_view domain)
{
    std::vector<std::string> walk;
    if (domain.empty()) return walk;
    walk.emplace_back(domain);
    auto labels = static_cast<std::size_t>(std::ranges::count(domain, '.')) + 1;
    for (domain = parent_of(domain), --labels; labels > most_labels; --labels)
        domain = parent_of(domain);
    for (; !domain.empty() && walk.size() < most_questions; domain = parent_of(domain))
        walk.emplace_back(domain);
    return walk;
}

bool ends_walk(const DmarcRecord& record)
{
    return record.public_suffix != DmarcRecord::Suffix::unsaid;
}

std::string organizational_domain(std::string_view domain, const std::vector<DmarcFound>& found)
{
    for (const auto& one : found) {
        if (one.record.public_suffix == DmarcRecord::Suffix::no) return one.domain;
        if (one.record.public_suffix != DmarcRecord::Suffix::yes || one.domain == domain) continue;
        // One label below it, on the way to `domain`.
        const auto above = domain.size() - one.domain.size() - 1;
        const auto dot = domain.substr(0, above).rfind('.');
        return std::string(dot == std::string_view::npos ? domain : domain.substr(dot + 1));
    }
    return found.empty() ? std::string(domain) : found.back().domain;
}

DmarcPolicy dmarc_policy(const DmarcFound& found, std::string_view author, bool author_exists)
{
    const DmarcRecord& record = found.record;
    DmarcPolicy policy = record.policy;
    if (found.domain != author) {
        if (record.subdomains) policy = *record.subdomains;
        if (!author_exists && record.non_existent_subdomains) policy = *record.non_existent_subdomains;
    }
    if (!record.testing || policy == DmarcPolicy::none) return policy;
    return policy == DmarcPolicy::reject ? DmarcPolicy::quarantine : DmarcPolicy::none;
}

} // namespace pillarbox::mailauth
