#include "server/mailflow/sorter.hpp"

#include "server/base/ascii.hpp"
#include "server/junk/filter.hpp"
#include "server/junk/score_field.hpp"
#include "server/junk/words.hpp"
#include "server/mailflow/index_text.hpp"
#include "server/net/networks.hpp"
#include "server/net/offload.hpp"

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace pillarbox::mailflow {

namespace {

using junk::Reason;
using storage::Acquaintance;

/// A message that comes, its first octets.
class SpoolOctets final : public storage::Octets
{
public:
    explicit SpoolOctets(const storage::Spool& spool) : spool_(spool) {}

    std::uint64_t size() const override { return std::min<std::uint64_t>(spool_.size(), most_judged_octets); }

    std::string_view read(std::uint64_t offset, std::size_t length) const override
    {
        if (offset >= size()) return {};
        auto octets = spool_.read(offset, std::min<std::size_t>(length, size() - offset));
        if (!octets) return {};
        held_ = std::move(*octets);
        return held_;
    }

private:
    const storage::Spool& spool_;
    mutable std::string held_;
};

/// What one account knows of whom the message is from.
void add_acquaintance(const Acquaintance& known, bool vouched, const std::string& author,
                      std::vector<Reason>& reasons)
{
    if (known.rule == storage::SenderRule::block) reasons.push_back({"blocked", 0, author});
    // Anybody can write an address into From.
    if (known.rule == storage::SenderRule::allow && vouched) reasons.push_back({"allowed", 0, author});
    if (!known.known) reasons.push_back({"first-contact", 0, {}});
}

/// Whether there is more to tell than that the sender is new.
bool is_notable(const junk::Score& score)
{
    return std::ranges::any_of(score.reasons,
                               [](const Reason& reason) { return reason.name != "first-contact"; });
}

/// "192.0.2.0/24", "2001:db8::/64": servers that send by turns are neighbours.
std::string network_of(const boost::asio::ip::address& client)
{
    namespace ip = boost::asio::ip;
    const auto plain = net::plain_address(client);
    if (plain.is_v4()) return ip::make_network_v4(plain.to_v4(), 24).canonical().to_string();
    return ip::make_network_v6(plain.to_v6(), 64).canonical().to_string();
}

/// Told to who sends: what weighs most, but nothing of a recipient.
Verdict refusal(const Judgement& judgement)
{
    const auto heaviest = std::ranges::max_element(judgement.reasons, {}, &Reason::weight);
    std::string why = "refused as junk";
    if (heaviest != judgement.reasons.end()) why += ", for " + words_of(*heaviest);
    std::ranges::replace_if(why, [](char c) { return c < ' ' || c > '~'; }, '?');
    return {550, "5.7.1", why + "; write to the postmaster here if that is wrong", {}};
}

} // namespace

/// Most mail is written by whom its reverse-path names: then the store need not be
/// asked again.
awaitable<storage::Result<std::vector<Acquaintance>>>
Sorter::acquaintances(const storage::Delivery& delivery, const std::string& author, const Asked& asked)
{
    const auto known = [](const std::optional<Acquaintance>& one) { return one.has_value(); };
    if (author == ascii::to_lower(delivery.reverse_path) && std::ranges::all_of(asked, known)) {
        std::vector<Acquaintance> found;
        std::ranges::transform(asked, std::back_inserter(found), [](const auto& one) { return *one; });
        co_return found;
    }
    std::vector<storage::AccountId> accounts;
    std::ranges::transform(delivery.copies, std::back_inserter(accounts), &storage::LocalCopy::account);
    auto found = co_await junk_.acquaintances(std::move(accounts), author);
    co_return found;
}

awaitable<void> Sorter::add_opinions(const storage::Delivery& delivery,
                                     const std::vector<Acquaintance>& known,
                                     std::vector<std::vector<Reason>>& reasons)
{
    const auto speaks = [](const Acquaintance& one) {
        return std::min(one.junk, one.wanted) >= junk::least_lessons;
    };
    if (std::ranges::none_of(known, speaks)) co_return;
    const auto find_words = [&delivery] {
        return junk::words_of(IndexText().extract(SpoolOctets(*delivery.body)));
    };
    const auto words = co_await net::offload(words_, find_words);
    std::vector<std::uint64_t> hashes;
    std::ranges::transform(words, std::back_inserter(hashes), junk::hash_of);
    std::vector<std::size_t> those; // whose filters speak
    std::vector<storage::AccountId> accounts;
    for (std::size_t i = 0; i < known.size(); ++i) {
        if (!speaks(known[i])) continue;
        those.push_back(i);
        accounts.push_back(delivery.copies[i].account);
    }
    // Asked a few at a time: each asking is to end within the time of one.
    constexpr std::size_t most_at_once = 20;
    for (std::size_t begin = 0; begin < those.size(); begin += most_at_once) {
        const auto end = std::min(begin + most_at_once, those.size());
        std::vector<storage::AccountId> some(accounts.begin() + begin, accounts.begin() + end);
        const auto counts = co_await junk_.words(std::move(some), hashes);
        if (!counts) {
            log_.warning("mailflow.filter_silent", {{"reason", counts.error().message()}});
            co_return;
        }
        for (std::size_t at = begin; at < end; ++at) {
            const auto i = those[at];
            const auto opinion =
                junk::opinion_on(words, (*counts)[at - begin], known[i].junk, known[i].wanted);
            auto reason = opinion ? junk::reason_of(*opinion) : std::nullopt;
            if (reason) reasons[i].push_back(std::move(*reason));
        }
    }
}

awaitable<std::optional<Verdict>> Sorter::consult(std::shared_ptr<const Config> config, Judgement& judgement,
                                                  junk::HookQuestion question, const storage::Spool& body)
{
    if (!hooks_.wanted() || body.size() > junk::most_hook_octets) co_return std::nullopt;
    auto message = body.read(0, static_cast<std::size_t>(body.size()));
    if (!message) co_return Verdict{451, "4.3.0", "not read, try again later", {}};
    question.message = std::move(*message);
    const auto answer = co_await hooks_.ask(std::move(question));
    if (!answer) {
        log_.warning("mailflow.filter_failed", {{"reason", answer.error()}});
        if (!config->junk.defer_on_hook_fault) co_return std::nullopt;
        co_return Verdict{451, "4.7.1", "a filter cannot be asked now, try again later", {}};
    }
    judgement.reasons.insert(judgement.reasons.end(), answer->reasons.begin(), answer->reasons.end());
    judgement.field += answer->fields;
    // With `note` nothing follows, for programs neither.
    if (!answer->refusal || config->junk.mode != Config::Junk::Mode::enforce) co_return std::nullopt;
    if (answer->refusal->for_good) co_return Verdict{550, "5.7.1", answer->refusal->text, {}};
    co_return Verdict{451, "4.7.1", answer->refusal->text, {}};
}

awaitable<std::optional<Verdict>> Sorter::greylist(std::shared_ptr<const Config> config,
                                                   const Judgement& judgement,
                                                   boost::asio::ip::address client)
{
    const Config::Junk& terms = config->junk;
    double suspicion = 0;
    for (const auto& reason : judgement.reasons)
        suspicion += reason.weight;
    if (!terms.greylist || suspicion <= 0) co_return std::nullopt;
    storage::Stranger stranger{network_of(client), judgement.vouched};
    const auto wait = co_await junk_.wait_for(std::move(stranger), terms.greylist_delay);
    if (!wait) {
        log_.warning("mailflow.not_greylisted", {{"reason", wait.error().message()}});
        co_return std::nullopt;
    }
    if (*wait <= std::chrono::seconds(0)) co_return std::nullopt;
    co_return Verdict{451,
                      "4.7.1",
                      "greylisted, for this server does not know yours yet: try again in " +
                          std::to_string(wait->count()) + " seconds",
                      {}};
}

awaitable<std::optional<Verdict>> Sorter::sort(std::shared_ptr<const Config> config,
                                               const Judgement& judgement, storage::Delivery& delivery,
                                               const Asked& asked, Beyond beyond)
{
    const Config::Junk& terms = config->junk;
    auto& copies = delivery.copies;
    if (copies.empty()) co_return std::nullopt;
    const std::string author = ascii::to_lower(delivery.summary.sender_address);
    std::vector<std::vector<Reason>> reasons(copies.size(), judgement.reasons);
    if (judgement.mailbox == storage::MailboxRole::junk)
        for (auto& of_copy : reasons)
            of_copy.push_back({"policy", 0, {}});

    const auto known = co_await acquaintances(delivery, author, asked);
    if (known) {
        for (std::size_t i = 0; i < copies.size(); ++i)
            add_acquaintance((*known)[i], !judgement.vouched.empty(), author, reasons[i]);
        if (terms.learn) co_await add_opinions(delivery, *known, reasons);
    } else {
        log_.warning("mailflow.filter_silent", {{"reason", known.error().message()}});
    }

    std::vector<junk::Score> scores;
    for (auto& of_copy : reasons)
        scores.push_back(junk::decide(terms, std::move(of_copy)));
    const auto refuses = [](const junk::Score& score) { return score.fate == junk::Fate::refuse; };
    // A message for several is refused to all or to none, RFC 5321 §4.2.5.
    if (beyond == Beyond::refused && delivery.forward_to.empty() && std::ranges::all_of(scores, refuses))
        co_return refusal(judgement);
    for (std::size_t i = 0; i < copies.size(); ++i) {
        auto& score = scores[i];
        if (refuses(score)) score.fate = junk::Fate::junk;
        copies[i].mailbox =
            score.fate == junk::Fate::junk ? storage::MailboxRole::junk : storage::MailboxRole::inbox;
        copies[i].author = author;
        if (score.reasons.empty()) continue;
        copies[i].trace += junk::score_field(score);
        if (is_notable(score)) copies[i].judged = junk::in_one_line(score);
    }
    co_return std::nullopt;
}

} // namespace pillarbox::mailflow
