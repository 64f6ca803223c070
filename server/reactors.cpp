#include "server/reactors.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <utility>

namespace pillarbox {
namespace {

// With 3 people still waited for mail; 9 helped them no more than this.
constexpr int nicer_for_mail = 5;

} // namespace

Reactors::Reactors()
{
    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    reactors_.reserve(2 * cores);
    for (unsigned i = 0; i < 2 * cores; ++i)
        reactors_.push_back(std::make_unique<net::Reactor>());
}

std::vector<net::Reactor*> Reactors::of(Turn turn) const
{
    std::vector<net::Reactor*> some;
    for (std::size_t i = turn == Turn::mail ? 0 : 1; i < reactors_.size(); i += 2)
        some.push_back(reactors_[i].get());
    return some;
}

void Reactors::start(std::function<void()> finished)
{
    const auto left = std::make_shared<std::atomic<std::size_t>>(reactors_.size());
    threads_.reserve(reactors_.size());
    for (const auto& reactor : reactors_) {
        const bool mail = threads_.size() % 2 == 0;
        threads_.emplace_back([&reactor = *reactor, mail, left, finished] {
            if (mail) static_cast<void>(::nice(nicer_for_mail)); // Linux: this thread
            reactor.run();
            if (--*left == 0) finished();
        });
    }
}

void Reactors::join()
{
    threads_.clear();
}

void Reactors::drain()
{
    for (const auto& reactor : reactors_) {
        reactor->drain();
        reactor->stop();
    }
}

void Reactors::cancel_all()
{
    for (const auto& reactor : reactors_)
        reactor->cancel_all();
}

std::size_t Reactors::sessions() const
{
    std::size_t sum = 0;
    for (const auto& reactor : reactors_)
        sum += reactor->sessions();
    return sum;
}

} // namespace pillarbox
