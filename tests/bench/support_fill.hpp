#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace pillarbox::bench {

/// What put_messages() puts.
struct Filling
{
    std::string address;
    std::size_t messages = 0;
    std::size_t octets = 0; // of each
};

/// A word that few messages of put_messages() have, in subject and body: that
/// of this number, from 1 on, is among them.
std::string rare_word(std::size_t number);

/// Puts messages into an account's INBOX through the storage library, many at
/// once, each with a subject of its own. While no server has the data
/// directory. Throws std::runtime_error when the store refuses.
void put_messages(const std::filesystem::path& data, const Filling& filling);

} // namespace pillarbox::bench
