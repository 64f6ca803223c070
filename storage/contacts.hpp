#pragma once

#include "storage/body.hpp"
#include "storage/types.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace pillarbox::storage {

/// Somebody an account has written to.
struct Contact
{
    std::string name;    // as it was given last; may be empty
    std::string address; // as it was given first
};

/// Whom people write to, and how often: the ones that a letter goes to are
/// found by their first letters. Some thousand of an account are known.
class Contacts
{
public:
    virtual ~Contacts() = default;

    /// The account has written to them once more.
    virtual awaitable<Result<void>> wrote_to(AccountId account, std::vector<Contact> people) = 0;

    /// Those whose address, or a word of whose name, begins with `prefix`, in any
    /// case; most often written to first. An empty prefix is everybody's.
    virtual awaitable<Result<std::vector<Contact>>> find(AccountId account, std::string prefix,
                                                         std::size_t limit) = 0;
};

} // namespace pillarbox::storage
