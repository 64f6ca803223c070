#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace pillarbox {

/// One `key=value` of an event line. Text from peers is escaped when written;
/// secrets and message text are never made into one.
struct Field
{
    Field(std::string_view k, std::string_view v) : key(k), text(v) {}
    Field(std::string_view k, const char* v) : key(k), text(v) {}
    Field(std::string_view k, const std::string& v) : key(k), text(v) {}
    Field(std::string_view k, bool v) : key(k), text(v ? "true" : "false"), bare(true) {}
    template <std::integral T>
    Field(std::string_view k, T v) : key(k), text(std::to_string(v)), bare(true)
    {}

    std::string_view key;
    std::string text;
    bool bare = false; // a number or truth value: unquoted in JSON
};

/// Event lines with the fields that each of a session's lines carries:
/// `pop3.login session=k3f9q2 peer=192.0.2.7 user=alice`. An event is named
/// `<folder>.<what>`, a literal; each is counted too, see metrics.hpp. Cheap to
/// copy; any thread may write.
class Log
{
public:
    enum class Level
    {
        debug,
        info,
        warning,
        error
    };
    enum class Format
    {
        text,
        json
    };
    using Fields = std::initializer_list<Field>;

    /// For the whole process, once, before threads start. Lines go to stderr.
    static void configure(Level level, Format format);

    /// At any time.
    static void set_level(Level level);

    /// The same log with one more field in front of every line's own.
    Log with(const Field& field) const;

    void debug(std::string_view event, Fields fields = {}) const { write(Level::debug, event, fields); }
    void info(std::string_view event, Fields fields = {}) const { write(Level::info, event, fields); }
    void warning(std::string_view event, Fields fields = {}) const { write(Level::warning, event, fields); }
    void error(std::string_view event, Fields fields = {}) const { write(Level::error, event, fields); }

private:
    void write(Level level, std::string_view event, Fields fields) const;

    std::string carried_; // already formatted, with its leading separator
};

} // namespace pillarbox
