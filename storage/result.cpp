#include "storage/result.hpp"

#include <string>

namespace pillarbox::storage {
namespace {

class Category final : public boost::system::error_category
{
public:
    const char* name() const noexcept override { return "pillarbox.storage"; }

    std::string message(int value) const override
    {
        switch (static_cast<Errc>(value)) {
        case Errc::not_found:
            return "there is no such entry";
        case Errc::already_exists:
            return "the name is taken; choose another, or remove what has it";
        case Errc::invalid:
            return "the value cannot be stored; correct it";
        case Errc::not_local:
            return "the domain is none of this server's; add it first";
        case Errc::alias_loop:
            return "aliases lead in a circle, or to too many addresses; correct them";
        case Errc::switched_off:
            return "the alias is disabled; enable it";
        case Errc::ended:
            return "the alias was for a time that is over; remove it, or make it anew";
        case Errc::out_of_space:
            return "the disk is full, or below its reserve; make room and try again";
        case Errc::over_quota:
            return "the account has no room left; delete mail or raise its quota";
        case Errc::timed_out:
            return "the store was too busy to answer in time; try again";
        case Errc::changed:
            return "something was changed meanwhile; try again";
        case Errc::unavailable:
            return "the store stopped because the disk failed; look at the log, mend the disk, restart";
        }
        return "unknown storage error " + std::to_string(value);
    }
};

} // namespace

const boost::system::error_category& error_category() noexcept
{
    static const Category category;
    return category;
}

boost::system::error_code make_error_code(Errc error) noexcept
{
    return {static_cast<int>(error), error_category()};
}

} // namespace pillarbox::storage
