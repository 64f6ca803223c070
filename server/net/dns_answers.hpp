#pragma once

#include "server/net/resolver.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <string>
#include <utility>

namespace pillarbox::net {

/// What DNS said a short while ago, records as octets. libunbound remembers too,
/// but is asked through a thread of its own, and what one message needs to know is
/// often what the last one did. Bounded; for one thread.
class DnsAnswers
{
public:
    using Time = std::chrono::steady_clock::time_point;
    using Answer = DnsAnswer<std::string>;

    /// Nothing is believed for longer, whatever its time to live.
    static constexpr std::chrono::seconds longest_life{3600};

    /// One more than `capacity` answers forgets that which was used least lately.
    explicit DnsAnswers(std::size_t capacity = 1000) : capacity_(capacity) {}

    /// What `name`, in any case, was said to have of `type`; null when that is not
    /// known or holds no longer. Good until keep() is called.
    const Answer* find(const std::string& name, int type, Time now);

    /// What holds for `life`, RFC 1035 §3.2.1: what was found, or that there is
    /// nothing, RFC 2308 §5. That nobody could tell is not kept, nor is what is long.
    void keep(const std::string& name, int type, const Answer& answer, std::chrono::seconds life, Time now);

    std::size_t size() const { return answers_.size(); }

private:
    using Question = std::pair<std::string, int>;

    struct Known
    {
        Question question;
        Answer answer;
        Time until;
    };
    using Place = std::list<Known>::iterator;

    void forget(Place place);

    const std::size_t capacity_;
    std::list<Known> answers_; // that which was used last in front
    std::map<Question, Place> places_;
};

} // namespace pillarbox::net
