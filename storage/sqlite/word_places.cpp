#include "storage/sqlite/word_places.hpp"

#include <algorithm>
#include <functional>

namespace pillarbox::storage::sqlite {

WordPlaces::WordPlaces(Database& database, const std::string& match)
    : next_(database, "SELECT rowid FROM idx.entry WHERE entry MATCH ? ORDER BY rowid DESC", match)
{}

bool WordPlaces::contains(std::int64_t place)
{
    while ((places_.empty() || places_.back() > place) && read_one()) {
    }
    return std::ranges::binary_search(places_, place, std::greater());
}

bool WordPlaces::at_most(std::size_t most)
{
    while (places_.size() <= most && read_one()) {
    }
    return places_.size() <= most;
}

const std::vector<std::int64_t>& WordPlaces::all()
{
    while (read_one()) {
    }
    return places_;
}

bool WordPlaces::read_one()
{
    ended_ = ended_ || !next_.step();
    if (!ended_) places_.push_back(next_.integer(0));
    return !ended_;
}

} // namespace pillarbox::storage::sqlite
