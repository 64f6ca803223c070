#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pillarbox::admin {

/// What a listing verb shows: aligned columns for people, or with --json one
/// array of objects for machines.
class Table
{
public:
    using Cell = std::variant<std::string, std::uint64_t, bool, std::vector<std::string>>;

    /// Column names, as JSON writes them (camelCase).
    explicit Table(std::vector<std::string_view> columns) : columns_(std::move(columns)) {}

    /// As many cells as there are columns.
    void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }

    std::string text() const;
    std::string json() const;

private:
    std::vector<std::string_view> columns_;
    std::vector<std::vector<Cell>> rows_;
};

/// `2026-11-25T17:00:00Z`.
std::string format_time(std::int64_t seconds);

} // namespace pillarbox::admin
