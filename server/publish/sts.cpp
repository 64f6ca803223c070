#include "server/publish/sts.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace pillarbox::publish {

namespace {

using Mode = Config::MtaSts::Mode;

std::string_view name_of(Mode mode)
{
    switch (mode) {
    case Mode::off:
    case Mode::none:
        return "none";
    case Mode::testing:
        return "testing";
    case Mode::enforce:
        return "enforce";
    }
    return "none";
}

/// FNV-1a: nobody gains anything by two policies with one id.
std::uint64_t hash_of(std::string_view text)
{
    std::uint64_t hash = 14695981039346656037u;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    return hash;
}

} // namespace

std::string sts_policy(const Config& config)
{
    if (config.mta_sts.mode == Mode::off) return {};
    return fmt::format("version: STSv1\r\nmode: {}\r\nmx: {}\r\nmax_age: {}\r\n",
                       name_of(config.mta_sts.mode), config.hostname, config.mta_sts.max_age.count());
}

std::string sts_record(const Config& config)
{
    return fmt::format("v=STSv1; id={:016x};", hash_of(sts_policy(config)));
}

} // namespace pillarbox::publish
