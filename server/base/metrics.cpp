#include "server/base/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>
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

State& state()
{
    static State instance;
    return instance;
}

} // namespace

void count_event(std::string_view event)
{
    // Found once by each thread; after that a line costs no lock.
    thread_local std::unordered_map<std::string_view, prometheus::Counter*> known;
    auto& counter = known[event];
    if (!counter) counter = &state().events.Add({{"event", std::string(event)}});
    counter->Increment();
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
