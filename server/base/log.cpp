#include "server/base/log.hpp"

#include "server/base/log_tail.hpp"
#include "server/base/metrics.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <atomic>
#include <chrono>

namespace pillarbox {

namespace {

// Written once, before there are threads, as fields of sessions keep it.
Log::Format line_format = Log::Format::text;
// A new configuration may change it at any time.
std::atomic<Log::Level> lowest_level = Log::Level::info;

constexpr std::string_view level_names[] = {"debug", "info", "warning", "error"};

// Longer values are cut: a line stays a line, whatever a peer sends.
constexpr std::size_t longest_value = 512;

spdlog::logger& sink()
{
    static const auto logger = [] {
        auto created = spdlog::stderr_logger_mt("pillarbox");
        created->set_pattern("%v");
        created->set_level(spdlog::level::trace); // the level was checked before formatting
        return created;
    }();
    return *logger;
}

/// Whether the value can stand in a text line without quotes.
bool is_plain_value(std::string_view value)
{
    if (value.empty()) return false;
    for (const char c : value) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet <= ' ' || octet >= 0x7f || c == '"' || c == '\\' || c == '=') return false;
    }
    return true;
}

/// The value in quotes, with escapes that both JSON and a terminal take:
/// nothing a peer sent can begin a line or move the cursor.
void append_quoted(std::string& out, std::string_view value)
{
    out += '"';
    for (const char c : value.substr(0, longest_value)) {
        const auto octet = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (octet < 0x20 || octet >= 0x7f) {
            // Octets above 126 are shown one by one: they may not be UTF-8.
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", octet);
        } else {
            out += c;
        }
    }
    if (value.size() > longest_value) out += "...";
    out += '"';
}

void append_field(std::string& out, const Field& field)
{
    if (line_format == Log::Format::json) {
        out += ',';
        append_quoted(out, field.key);
        out += ':';
        if (field.bare)
            out += field.text;
        else
            append_quoted(out, field.text);
        return;
    }
    out += ' ';
    out += field.key;
    out += '=';
    if (field.bare || (is_plain_value(field.text) && field.text.size() <= longest_value))
        out += field.text;
    else
        append_quoted(out, field.text);
}

} // namespace

void Log::configure(Level level, Format format)
{
    set_level(level);
    line_format = format;
    sink().flush_on(spdlog::level::trace);
}

void Log::set_level(Level level)
{
    lowest_level.store(level, std::memory_order_relaxed);
}

Log Log::with(const Field& field) const
{
    Log longer = *this;
    append_field(longer.carried_, field);
    return longer;
}

std::string_view name_of(Log::Level level)
{
    return level_names[static_cast<int>(level)];
}

void Log::write(Level level, std::string_view event, Fields fields) const
{
    metrics::count_event(event);
    if (level < lowest_level.load(std::memory_order_relaxed)) return;
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    const auto time =
        fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                    (now - second).count());
    const auto name = name_of(level);
    std::string line;
    if (line_format == Format::json)
        line = fmt::format(R"({{"time":"{}","level":"{}","event":"{}")", time, name, event);
    else
        line = fmt::format("{} {} {}", time, name, event);
    line += carried_;
    for (const auto& field : fields)
        append_field(line, field);
    if (line_format == Format::json) line += '}';
    sink().log(spdlog::level::info, line);
    LogTail::of_process().add(level, std::move(line));
}

} // namespace pillarbox
