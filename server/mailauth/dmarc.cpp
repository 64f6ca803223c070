#include "server/mailauth/dmarc.hpp"

#include "server/base/ascii.hpp"
#include "server/base/domain_name.hpp"
#include "server/mailauth/name.hpp"
#include "server/mime/address_list.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace pillarbox::mailauth {

namespace {

constexpr std::size_t most_authors = 4; // domains in From

/// The records on the way from a domain to the root.
struct Walk
{
    std::vector<DmarcFound> found;
    std::optional<std::string> fault{}; // DNS could not be asked
};

/// One message's evaluation.
class DmarcCheck
{
public:
    DmarcCheck(Dns& dns, Identifiers authenticated, Identifiers unknown,
               std::chrono::steady_clock::time_point latest)
        : dns_(dns), authenticated_(std::move(authenticated)), unknown_(std::move(unknown)), latest_(latest)
    {}

    awaitable<DmarcOutcome> author(std::string domain);
    awaitable<Walk> walk(std::string domain);

private:
    /// Of one name: a record, none, or why nobody could tell.
    struct Answer
    {
        std::optional<DmarcRecord> record{};
        std::optional<std::string> fault{};
    };

    enum class Alignment
    {
        no,
        yes,
        unknown
    };

    struct Aligned
    {
        Alignment spf = Alignment::no;
        Alignment dkim = Alignment::no;

        /// Of the two what is told.
        Alignment any() const
        {
            if (spf == Alignment::yes || dkim == Alignment::yes) return Alignment::yes;
            return spf == Alignment::no ? dkim : spf;
        }
    };

    awaitable<Answer> record_of(std::string domain);
    awaitable<Alignment> aligned(std::string identifier, std::string author, bool strict);
    awaitable<Aligned> all_aligned(const Identifiers& identifiers, std::string author, DmarcRecord record);
    awaitable<Aligned> alignment(std::string author, DmarcRecord record);

    Dns& dns_;
    Identifiers authenticated_;
    Identifiers unknown_;
    std::chrono::steady_clock::time_point latest_;
    std::map<std::string, Answer> known_; // by domain
    std::string fault_;
};

awaitable<DmarcCheck::Answer> DmarcCheck::record_of(std::string domain)
{
    const auto known = known_.find(domain);
    if (known != known_.end()) co_return known->second;
    Answer answer;
    const std::string name = "_dmarc." + domain;
    if (!askable(name)) co_return answer;
    if (std::chrono::steady_clock::now() >= latest_) {
        answer.fault = "DNS took too long";
        co_return answer;
    }
    const auto told = co_await dns_.txt(name);
    if (told.kind == net::DnsAnswer<std::string>::Kind::unknown) answer.fault = name + ": " + told.why;
    std::size_t records = 0;
    for (const auto& text : told.records) {
        auto record = parse_dmarc_record(text);
        if (!record) continue;
        ++records;
        answer.record = std::move(record);
    }
    if (records > 1) answer.record.reset(); // RFC 9989 §4.10
    known_.emplace(domain, answer);
    co_return answer;
}

/// RFC 9989 §4.10.
awaitable<Walk> DmarcCheck::walk(std::string domain)
{
    Walk walk;
    for (const auto& step : dmarc_walk(domain)) {
        auto answer = co_await record_of(step);
        if (answer.fault) {
            walk.fault = std::move(answer.fault);
            co_return walk;
        }
        if (!answer.record) continue;
        const bool last = ends_walk(*answer.record);
        walk.found.push_back({step, std::move(*answer.record)});
        if (last) break;
    }
    co_return walk;
}

/// RFC 9989 §§4.4.1, 4.4.2, 4.10.2.
awaitable<DmarcCheck::Alignment> DmarcCheck::aligned(std::string identifier, std::string author, bool strict)
{
    if (ascii::equal(identifier, author)) co_return Alignment::yes;
    if (strict) co_return Alignment::no;
    const Walk of_author = co_await walk(author);
    if (of_author.fault) {
        fault_ = *of_author.fault;
        co_return Alignment::unknown;
    }
    const auto organization = organizational_domain(author, of_author.found);
    // Whoever lies elsewhere need not be asked about.
    if (!is_within(identifier, organization)) co_return Alignment::no;
    identifier = ascii::to_lower(identifier);
    const Walk of_identifier = co_await walk(identifier);
    if (of_identifier.fault) {
        fault_ = *of_identifier.fault;
        co_return Alignment::unknown;
    }
    const bool same = organizational_domain(identifier, of_identifier.found) == organization;
    co_return same ? Alignment::yes : Alignment::no;
}

/// One that is aligned is enough, but where a report tells of both.
awaitable<DmarcCheck::Aligned> DmarcCheck::all_aligned(const Identifiers& identifiers, std::string author,
                                                       DmarcRecord record)
{
    Aligned all;
    if (identifiers.spf) all.spf = co_await aligned(*identifiers.spf, author, record.strict_spf);
    if (all.spf == Alignment::yes && record.reports.empty()) co_return all;
    for (const auto& domain : identifiers.dkim) {
        if (all.dkim == Alignment::yes) break;
        const auto one = co_await aligned(domain, author, record.strict_dkim);
        if (one != Alignment::no) all.dkim = one;
    }
    co_return all;
}

/// Which of what was authenticated is aligned; unknown where something may be.
awaitable<DmarcCheck::Aligned> DmarcCheck::alignment(std::string author, DmarcRecord record)
{
    const auto known = co_await all_aligned(authenticated_, author, record);
    if (known.any() != Alignment::no) co_return known;
    auto possible = co_await all_aligned(unknown_, author, record);
    if (possible.any() == Alignment::no) co_return possible;
    if (possible.any() == Alignment::yes) fault_ = "DNS could not be asked for what SPF or DKIM need";
    co_return Aligned{Alignment::unknown, Alignment::unknown};
}

/// One domain of From, in lower case.
awaitable<DmarcOutcome> DmarcCheck::author(std::string domain)
{
    DmarcOutcome outcome{.domain = domain};
    // RFC 9989 §4.10.1: its own record, or that of its organisation, or that of
    // the public suffix above.
    const Answer own = co_await record_of(domain);
    std::optional<DmarcFound> applies;
    std::optional<std::string> fault = own.fault;
    if (own.record) applies = DmarcFound{domain, *own.record};
    if (!own.record && !own.fault) {
        Walk above = co_await walk(domain);
        fault = std::move(above.fault);
        const auto organization = organizational_domain(domain, above.found);
        for (auto& found : above.found) {
            if (found.domain != organization && &found != &above.found.back()) continue;
            applies = std::move(found);
            break;
        }
    }
    if (fault) {
        outcome.result = DmarcResult::temperror;
        outcome.why = *fault;
        co_return outcome;
    }
    if (!applies) co_return outcome;
    if (!applies->record.usable) {
        outcome.result = DmarcResult::permerror;
        outcome.why = "the DMARC record of " + applies->domain + " names no policy";
        co_return outcome;
    }

    const auto found = co_await alignment(domain, applies->record);
    if (found.any() == Alignment::unknown) {
        outcome.result = DmarcResult::temperror;
        outcome.why = fault_;
        co_return outcome;
    }
    outcome.result = found.any() == Alignment::yes ? DmarcResult::pass : DmarcResult::fail;
    outcome.spf_aligned = found.spf == Alignment::yes;
    outcome.dkim_aligned = found.dkim == Alignment::yes;
    bool exists = true;
    if (outcome.result == DmarcResult::fail && applies->record.non_existent_subdomains && askable(domain)) {
        const auto address = co_await dns_.ipv4(domain);
        exists = !address.no_such_name;
    }
    outcome.policy = dmarc_policy(*applies, domain, exists);
    outcome.applied = *applies;
    applies->record.testing = false;
    outcome.eased = outcome.policy != dmarc_policy(*applies, domain, exists);
    co_return outcome;
}

/// The outcome that leads to less trust.
bool worse(const DmarcOutcome& a, const DmarcOutcome& b)
{
    const auto weight = [](const DmarcOutcome& one) {
        switch (one.result) {
        case DmarcResult::pass:
            return 0;
        case DmarcResult::none:
            return 1;
        case DmarcResult::permerror:
            return 2;
        case DmarcResult::temperror:
            return 3;
        case DmarcResult::fail:
            break;
        }
        return 4 + static_cast<int>(one.policy);
    };
    return weight(a) > weight(b);
}

} // namespace

std::vector<std::string> author_domains(const mime::Header& header)
{
    std::vector<std::string> domains;
    for (const auto& field : header.fields()) {
        if (!ascii::equal(field.name, "From")) continue;
        for (const auto& author : mime::parse_address_list(field.body).addresses) {
            const auto at = author.address.rfind('@');
            if (at == std::string::npos) continue;
            std::string_view name = std::string_view(author.address).substr(at + 1);
            if (name.ends_with('.')) name.remove_suffix(1);
            auto domain = domain_name::to_ascii(name); // RFC 9989 §5.3.1
            if (!domain || domain->empty()) continue;
            if (std::ranges::find(domains, *domain) == domains.end()) domains.push_back(std::move(*domain));
        }
    }
    return domains;
}

awaitable<DmarcOutcome> check_dmarc(Dns& dns, std::vector<std::string> authors, Identifiers authenticated,
                                    Identifiers unknown, std::chrono::steady_clock::time_point latest)
{
    DmarcOutcome worst;
    if (authors.empty()) co_return worst;
    if (authors.size() > most_authors) {
        worst.result = DmarcResult::permerror;
        worst.domain = authors.front();
        worst.policy = DmarcPolicy::quarantine;
        worst.why = "From names more than 4 domains";
        co_return worst;
    }
    DmarcCheck check(dns, std::move(authenticated), std::move(unknown), latest);
    worst = co_await check.author(authors.front());
    for (std::size_t at = 1; at < authors.size(); ++at) {
        auto outcome = co_await check.author(authors[at]);
        if (worse(outcome, worst)) worst = std::move(outcome);
    }
    co_return worst;
}

awaitable<std::optional<std::string>> find_organization(Dns& dns, std::string domain,
                                                        std::chrono::steady_clock::time_point latest)
{
    DmarcCheck check(dns, {}, {}, latest);
    const Walk walk = co_await check.walk(domain);
    if (walk.fault) co_return std::nullopt;
    co_return organizational_domain(domain, walk.found);
}

} // namespace pillarbox::mailauth
