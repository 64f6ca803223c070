#include "server/store_log.hpp"

#include "server/base/metrics.hpp"
#include "server/mailflow/index_text.hpp"

#include <algorithm>
#include <thread>

namespace pillarbox {

void StoreLog::event(Severity severity, std::string_view what, std::string_view detail) noexcept
try {
    const Field happened("what", what);
    const Field more("detail", detail);
    switch (severity) {
    case Severity::info:
        log_.info("storage.event", {happened, more});
        break;
    case Severity::warning:
        log_.warning("storage.warning", {happened, more});
        break;
    case Severity::error:
        log_.error("storage.error", {happened, more});
        break;
    }
} catch (...) { // NOLINT(bugprone-empty-catch)
    // Without memory for a log line there is nothing left to say it with; the
    // store has acted on what it reports already.
}

void StoreLog::committed(std::size_t, std::chrono::microseconds) noexcept
try {
    metrics::count_event("storage.commit");
} catch (...) { // NOLINT(bugprone-empty-catch)
    // As above: a number less.
}

storage::Options store_options(const Config& config)
{
    storage::Options options;
    options.directory = config.data_dir;
    options.url = config.storage.url;
    options.readers = std::max(2u, std::thread::hardware_concurrency());
    options.default_quota = config.storage.quota;
    options.disk_reserve = config.storage.reserve;
    options.separators = config.addresses.separators;
    options.sink = config.test.sink;
    options.vault = config.storage.vault;
    options.expire = config.pop3.expire;
    options.events_keep = config.events.keep;
    options.events_most = config.events.most;
    options.observer = std::make_shared<StoreLog>();
    if (config.storage.search) options.extractor = std::make_shared<mailflow::IndexText>();
    return options;
}

} // namespace pillarbox
