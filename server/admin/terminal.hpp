#pragma once

#include "storage/maintenance.hpp"

#include <chrono>
#include <string>

namespace pillarbox::admin {

/// One line on standard error that says how far a verb is, drawn anew a few
/// times a second; nothing when standard error is no terminal.
class ProgressLine
{
public:
    ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    ~ProgressLine() { clear(); }

    void show(const storage::Progress& progress);

    /// Before something else is printed.
    void clear();

private:
    bool terminal_;
    bool drawn_ = false;
    std::string doing_;
    std::chrono::steady_clock::time_point began_;
    std::chrono::steady_clock::time_point shown_;
};

} // namespace pillarbox::admin
