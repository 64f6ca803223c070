#include "server/base/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pillarbox::metrics {

namespace {

struct AskedGauge
{
    prometheus::Family<prometheus::Gauge>* family;
    prometheus::Gauge* gauge;
    std::function<double()> read;
};

struct State
{
    prometheus::Registry registry;
    prometheus::Family<prometheus::Counter>& events = prometheus::BuildCounter()
                                                          .Name("pillarbox_events_total")
                                                          .Help("Events, named as in the log.")
                                                          .Register(registry);
    std::mutex mutex; // of the gauges
    std::vector<AskedGauge> gauges;
};

/// Looks for a name without a copy of it.
struct TextHash
{
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

State& state()
{
    static State instance;
    return instance;
}

} // namespace

void count_event(std::string_view event)
{
    // Found once by each thread; after that a line costs no lock.
    thread_local std::unordered_map<std::string, prometheus::Counter*, TextHash, std::equal_to<>> known;
    auto found = known.find(event);
    if (found == known.end())
        found = known.emplace(event, &state().events.Add({{"event", std::string(event)}})).first;
    found->second->Increment();
}

void add_gauge(std::string_view name, std::string_view help, const std::map<std::string, std::string>& label,
               std::function<double()> read)
{
    auto& family = prometheus::BuildGauge()
                       .Name("pillarbox_" + std::string(name))
                       .Help(std::string(help))
                       .Register(state().registry);
    const std::scoped_lock lock(state().mutex);
    state().gauges.push_back({&family, &family.Add(label), std::move(read)});
}

void clear_gauges()
{
    const std::scoped_lock lock(state().mutex);
    for (const auto& [family, gauge, read] : state().gauges)
        family->Remove(gauge);
    state().gauges.clear();
}

std::string text()
{
    {
        const std::scoped_lock lock(state().mutex);
        for (const auto& [family, gauge, read] : state().gauges)
            gauge->Set(read());
    }
    return prometheus::TextSerializer().Serialize(state().registry.Collect());
}

} // namespace pillarbox::metrics
