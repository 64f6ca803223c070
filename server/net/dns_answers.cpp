#include "server/net/dns_answers.hpp"

#include "server/base/ascii.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>

namespace pillarbox::net {

namespace {

// With the capacity this bounds the memory; few answers are as long.
constexpr std::size_t longest_kept = 4096; // octets of records

std::size_t octets_of(const DnsAnswers::Answer& answer)
{
    return std::accumulate(answer.records.begin(), answer.records.end(), std::size_t{0},
                           [](std::size_t sum, const std::string& record) { return sum + record.size(); });
}

} // namespace

const DnsAnswers::Answer* DnsAnswers::find(const std::string& name, int type, Time now)
{
    const auto found = places_.find({ascii::to_lower(name), type});
    if (found == places_.end()) return nullptr;
    const Place place = found->second;
    if (now >= place->until) {
        forget(place);
        return nullptr;
    }
    answers_.splice(answers_.begin(), answers_, place);
    return &place->answer;
}

void DnsAnswers::keep(const std::string& name, int type, const Answer& answer, std::chrono::seconds life,
                      Time now)
{
    Question question{ascii::to_lower(name), type};
    if (const auto old = places_.find(question); old != places_.end()) forget(old->second);
    if (answer.kind == Answer::Kind::unknown || life.count() <= 0 || octets_of(answer) > longest_kept) return;
    if (answers_.size() >= capacity_) forget(std::prev(answers_.end()));
    answers_.push_front({question, answer, now + std::min(life, longest_life)});
    places_.emplace(std::move(question), answers_.begin());
}

void DnsAnswers::forget(Place place)
{
    places_.erase(place->question);
    answers_.erase(place);
}

} // namespace pillarbox::net
