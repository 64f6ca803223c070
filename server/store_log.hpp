#pragma once

#include "server/base/config.hpp"
#include "server/base/log.hpp"
#include "storage/store.hpp"

namespace pillarbox {

/// Writes what the store reports into the event log.
class StoreLog final : public storage::Observer
{
public:
    void event(Severity severity, std::string_view what, std::string_view detail) noexcept override;
    void committed(std::size_t ops, std::chrono::microseconds took) noexcept override;

private:
    Log log_;
};

/// How the settings want the store opened; it reports to a StoreLog.
storage::Options store_options(const Config& config);

} // namespace pillarbox
