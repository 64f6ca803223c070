#pragma once

#include "server/dkim/signature.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::dkim {

/// What DNS said about the TXT records of a name.
struct KeyAnswer
{
    enum class Kind
    {
        found,
        none,   // for sure
        unknown // nobody could be asked
    };

    Kind kind = Kind::unknown;
    std::vector<std::string> records{}; // the strings of each put together
};

/// By name.
using KeyAnswers = std::map<std::string, KeyAnswer>;

/// What a signature comes to, once its key is known.
struct Checked
{
    Outcome outcome = Outcome::neutral;
    std::string why{};    // other than pass: in words for people
    bool testing = false; // its key is marked so
};

/// Whether `signature` is one of this 32-octet hash, by one of the keys at its
/// name: the first 5 are tried, RFC 6376 §6.1.2.
Checked check_signature(const KeyAnswer& answer, const Signature& signature, std::string_view hash);

} // namespace pillarbox::dkim
