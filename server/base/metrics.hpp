#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

/// What happened how often, for Prometheus. Any thread.
namespace pillarbox::metrics {

/// Counts `pillarbox_events_total{event="..."}`. Log calls it for every line,
/// whatever the level: what is worth a line is worth a number. `event` must be
/// a literal: names never come from peers, so there is a fixed number of them.
void count_event(std::string_view event);

/// A value that is asked for when metrics are read, such as the number of
/// connections. `name` without the prefix `pillarbox_`; the label tells values
/// of one name apart. `read` may be called on any thread until clear_gauges().
void add_gauge(std::string_view name, std::string_view help, const std::map<std::string, std::string>& label,
               std::function<double()> read);
void clear_gauges();

/// Everything, in Prometheus' text format.
std::string text();

} // namespace pillarbox::metrics
