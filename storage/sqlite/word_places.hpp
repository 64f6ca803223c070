#pragma once

#include "storage/sqlite/database.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace pillarbox::storage::sqlite {

/// Places in the index of what words find, in one snapshot of a database that
/// has the index beside it. They are read as far down as they are asked for:
/// what came last has the highest place, and mostly that is what is wanted.
class WordPlaces
{
public:
    WordPlaces(Database& database, const std::string& match);

    bool contains(std::int64_t place);

    /// Whether there are no more than that; reads one more at most.
    bool at_most(std::size_t most);

    /// Every place, the highest first.
    const std::vector<std::int64_t>& all();

private:
    bool read_one();

    Query next_;
    bool ended_ = false;
    std::vector<std::int64_t> places_;
};

} // namespace pillarbox::storage::sqlite
