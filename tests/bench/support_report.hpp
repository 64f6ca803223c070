#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::bench {

/// What every benchmark is told: `[--json FILE] [--full] [--seconds N]`.
/// Throws std::runtime_error for anything else.
struct Arguments
{
    Arguments(int argc, char** argv);

    std::filesystem::path json; // empty: none is written
    bool full = false;          // the sizes that take long
    double seconds = 2;         // for each load that is measured
    std::chrono::milliseconds time() const;
};

/// Figures, each beside what it must reach: a table for people, JSON for
/// machines. A figure with a limit is a promise.
class Report
{
public:
    explicit Report(std::string name) : name_(std::move(name)) {}

    /// What the figures that follow are about.
    void subject(std::string subject) { subject_ = std::move(subject); }

    void at_most(std::string what, double measured, double limit, std::string unit, std::string note = {});
    void at_least(std::string what, double measured, double limit, std::string unit, std::string note = {});
    /// As at_least(), and kept too while `excuse` says why it cannot be reached:
    /// when the client, not the server, is what limits.
    void at_least_unless(std::string what, double measured, double limit, std::string unit,
                         const std::optional<std::string>& excuse, std::string note = {});
    /// A figure without a limit.
    void info(std::string what, double measured, std::string unit, std::string note = {});
    /// What could not be measured here, and why: neither kept nor broken.
    void skipped(std::string what, std::string why);

    /// Prints the table and writes the JSON; the exit status of the program: 1
    /// when a promise is broken.
    int finish(const Arguments& arguments) const;

private:
    enum class Bound
    {
        none,
        at_most,
        at_least
    };
    struct Row
    {
        std::string subject;
        std::string what;
        std::optional<double> measured;
        std::string unit;
        Bound bound = Bound::none;
        double limit = 0;
        bool kept = true;
        std::string note;
    };

    void print() const;
    void write_json(const std::filesystem::path& file) const;

    std::string name_;
    std::string subject_;
    std::vector<Row> rows_;
};

/// Runs a benchmark: what it throws is printed, and is exit status 2.
int run(int argc, char** argv, int (*benchmark)(const Arguments&));

} // namespace pillarbox::bench
