#include "server/net/error.hpp"

#include <string>

namespace pillarbox::net {

namespace {

class Category final : public boost::system::error_category
{
public:
    const char* name() const noexcept override { return "net"; }

    std::string message(int value) const override
    {
        switch (static_cast<Errc>(value)) {
        case Errc::closed_by_peer:
            return "the peer closed the connection";
        case Errc::timed_out:
            return "the peer took too long";
        case Errc::shutting_down:
            return "the server is shutting down";
        case Errc::tls_failed:
            return "TLS could not be established";
        case Errc::broken_off:
            return "the connection was broken off on this side";
        }
        return "unknown network error";
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

} // namespace pillarbox::net
