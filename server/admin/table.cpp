#include "server/admin/table.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace pillarbox::admin {

namespace {

std::string as_text(const Table::Cell& cell)
{
    if (const auto* text = std::get_if<std::string>(&cell)) return text->empty() ? "-" : *text;
    if (const auto* number = std::get_if<std::uint64_t>(&cell)) return std::to_string(*number);
    if (const auto* truth = std::get_if<bool>(&cell)) return *truth ? "yes" : "no";
    return fmt::format("{}", fmt::join(std::get<std::vector<std::string>>(cell), ", "));
}

boost::json::value as_json(const Table::Cell& cell)
{
    if (const auto* text = std::get_if<std::string>(&cell)) return boost::json::string(*text);
    if (const auto* number = std::get_if<std::uint64_t>(&cell)) return *number;
    if (const auto* truth = std::get_if<bool>(&cell)) return *truth;
    boost::json::array list;
    for (const auto& text : std::get<std::vector<std::string>>(cell))
        list.emplace_back(text);
    return list;
}

} // namespace

std::string Table::text() const
{
    std::vector<std::vector<std::string>> lines{{columns_.begin(), columns_.end()}};
    for (const auto& row : rows_) {
        auto& line = lines.emplace_back();
        for (const auto& cell : row)
            line.push_back(as_text(cell));
    }
    std::vector<std::size_t> widths(columns_.size());
    for (const auto& line : lines) {
        for (std::size_t i = 0; i < line.size(); ++i)
            widths[i] = std::max(widths[i], line[i].size());
    }
    std::string text;
    for (const auto& line : lines) {
        for (std::size_t i = 0; i < line.size(); ++i) {
            const bool last = i + 1 == line.size();
            text += last ? line[i] : fmt::format("{:<{}}  ", line[i], widths[i]);
        }
        text += '\n';
    }
    return text;
}

std::string Table::json() const
{
    boost::json::array rows;
    for (const auto& row : rows_) {
        boost::json::object object;
        for (std::size_t i = 0; i < row.size(); ++i)
            object[columns_[i]] = as_json(row[i]);
        rows.push_back(std::move(object));
    }
    return boost::json::serialize(rows) + "\n";
}

std::string format_time(std::int64_t seconds)
{
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

} // namespace pillarbox::admin
