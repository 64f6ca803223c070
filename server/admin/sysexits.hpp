#pragma once

#include <stdexcept>
#include <string>

namespace pillarbox::admin {

/// Exit statuses of sendmail(1), which programs that send mail know: those of
/// BSD's sysexits.h.
enum class Sysexit
{
    ok = 0,
    usage = 64,
    data_error = 65,
    no_user = 67,
    unavailable = 69,
    software = 70,
    temporary = 75,
    not_permitted = 77,
    configuration = 78
};

/// The message was not taken; what() is the sentence for people.
class Refused : public std::runtime_error
{
public:
    Refused(Sysexit status, const std::string& sentence) : std::runtime_error(sentence), status_(status) {}

    Sysexit status() const { return status_; }

private:
    Sysexit status_;
};

} // namespace pillarbox::admin
