#pragma once

#include "storage/mail.hpp"
#include "storage/sqlite/body_store.hpp"
#include "storage/sqlite/database.hpp"

#include <memory>

namespace pillarbox::storage::sqlite {

struct Core;

/// A delivery that is a part of another piece of work, which calls these as
/// the writer calls its own.
class Enclosed
{
public:
    virtual ~Enclosed() = default;

    virtual void write_body(BodyStore& bodies) = 0;
    virtual Result<void> run(Database& database) = 0;
    virtual void settle(bool committed) = 0;
};

/// Of a delivery that has a body and somebody to go to.
std::unique_ptr<Enclosed> enclose(Core& core, Delivery delivery);

} // namespace pillarbox::storage::sqlite
