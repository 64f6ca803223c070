#include "tests/bench/support_report.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace pillarbox::bench {
namespace {

/// Three figures that count, without an exponent.
std::string figure(double value)
{
    if (!std::isfinite(value)) return "none";
    const double size = std::abs(value);
    const int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    std::string text(64, '\0');
    text.resize(static_cast<std::size_t>(std::snprintf(text.data(), text.size(), "%.*f", decimals, value)));
    return text;
}

/// Names and notes are ours and ASCII: only these need an escape.
std::string json_text(std::string_view text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string json_number(double value)
{
    if (!std::isfinite(value)) return "null";
    std::string text(64, '\0');
    text.resize(static_cast<std::size_t>(std::snprintf(text.data(), text.size(), "%.6g", value)));
    return text;
}

} // namespace

Arguments::Arguments(int argc, char** argv)
{
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--full") {
            full = true;
        } else if (word == "--json" && i + 1 < argc) {
            json = argv[++i];
        } else if (word == "--seconds" && i + 1 < argc) {
            seconds = std::strtod(argv[++i], nullptr);
            if (!(seconds > 0)) throw std::runtime_error("--seconds wants a number above 0");
        } else {
            throw std::runtime_error("usage: " + std::string(argv[0]) +
                                     " [--json FILE] [--full] [--seconds N]");
        }
    }
}

std::chrono::milliseconds Arguments::time() const
{
    return std::chrono::milliseconds(static_cast<long>(seconds * 1000));
}

void Report::at_most(std::string what, double measured, double limit, std::string unit, std::string note)
{
    rows_.push_back({subject_, std::move(what), measured, std::move(unit), Bound::at_most, limit,
                     measured <= limit, std::move(note)});
}

void Report::at_least(std::string what, double measured, double limit, std::string unit, std::string note)
{
    at_least_unless(std::move(what), measured, limit, std::move(unit), std::nullopt, std::move(note));
}

void Report::at_least_unless(std::string what, double measured, double limit, std::string unit,
                             const std::optional<std::string>& excuse, std::string note)
{
    const bool reached = measured >= limit;
    if (!reached && excuse) note += (note.empty() ? "" : "; ") + *excuse;
    rows_.push_back({subject_, std::move(what), measured, std::move(unit), Bound::at_least, limit,
                     reached || excuse, std::move(note)});
}

void Report::info(std::string what, double measured, std::string unit, std::string note)
{
    rows_.push_back(
        {subject_, std::move(what), measured, std::move(unit), Bound::none, 0, true, std::move(note)});
}

void Report::skipped(std::string what, std::string why)
{
    rows_.push_back(
        {subject_, std::move(what), std::nullopt, {}, Bound::none, 0, true, "not measured: " + why});
}

int Report::finish(const Arguments& arguments) const
{
    print();
    if (!arguments.json.empty()) write_json(arguments.json);
    for (const auto& row : rows_)
        if (!row.kept) return 1;
    return 0;
}

void Report::print() const
{
    std::printf("%-48s %10s %10s\n", name_.c_str(), "measured", "limit");
    std::string subject;
    for (const auto& row : rows_) {
        if (row.subject != subject) std::printf("%s\n", row.subject.c_str());
        subject = row.subject;
        const char* sign = row.bound == Bound::at_most ? "<= " : ">= ";
        const std::string limit = row.bound == Bound::none ? "" : sign + figure(row.limit);
        const char* verdict = row.bound == Bound::none ? "" : row.kept ? "ok" : "NOT";
        std::printf("  %-46s %10s %10s %-6s %-4s %s\n", row.what.c_str(),
                    row.measured ? figure(*row.measured).c_str() : "", limit.c_str(), row.unit.c_str(),
                    verdict, row.note.c_str());
    }
    std::fflush(stdout);
}

void Report::write_json(const std::filesystem::path& file) const
{
    std::ofstream out(file);
    out << "{\"name\": " << json_text(name_) << ", \"figures\": [";
    const char* separator = "\n";
    for (const auto& row : rows_) {
        out << std::exchange(separator, ",\n") << "  {\"subject\": " << json_text(row.subject)
            << ", \"what\": " << json_text(row.what)
            << ", \"measured\": " << (row.measured ? json_number(*row.measured) : "null")
            << ", \"unit\": " << json_text(row.unit);
        if (row.bound != Bound::none)
            out << ", \"" << (row.bound == Bound::at_most ? "at_most" : "at_least")
                << "\": " << json_number(row.limit) << ", \"kept\": " << (row.kept ? "true" : "false");
        if (!row.note.empty()) out << ", \"note\": " << json_text(row.note);
        out << "}";
    }
    out << "\n]}\n";
    out.close();
    if (!out) throw std::runtime_error("cannot write " + file.string());
}

int run(int argc, char** argv, int (*benchmark)(const Arguments&))
try {
    return benchmark(Arguments(argc, argv));
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
    return 2;
}

} // namespace pillarbox::bench
