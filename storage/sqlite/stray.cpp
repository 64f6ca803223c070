#include "storage/sqlite/stray.hpp"

#include "storage/sqlite/files.hpp"

#include <algorithm>
#include <string>

#include <unistd.h>

namespace pillarbox::storage::sqlite {
namespace {

// Longer than any record: bodies in segments are small.
constexpr std::size_t window_octets = 1024ul * 1024;

/// Where the next record may begin, behind the first octet; else the window's
/// end, less what may be the beginning of one.
std::size_t next_header(std::string_view window)
{
    for (auto at = window.find("PBR1", 1); at != std::string_view::npos; at = window.find("PBR1", at + 1)) {
        if (window.size() - at < record_header_octets || parse_header(window.substr(at))) return at;
    }
    return window.size() > 3 ? window.size() - 3 : window.size();
}

class Scan
{
public:
    using Found = std::function<void(std::uint64_t, std::uint64_t, std::optional<Record>)>;

    Scan(int file, std::uint64_t from, std::uint64_t to, const Found& found)
        : file_(file), at_(from), to_(to), found_(found)
    {}

    void run()
    {
        while (read()) {
            const std::string_view window(window_.data(), octets_);
            const auto zeros = std::min(window.find_first_not_of('\0'), window.size());
            // A run of anything goes on over zeros, up to the next record.
            if (zeros > 0 && !run_) {
                skip_zeros(zeros);
                continue;
            }
            const auto record = parse_header(window);
            if (record && parse_body(window, *record)) {
                end_run();
                const auto octets = record_header_octets + std::uint64_t{record->octets};
                found_(at_, octets, record);
                at_ += octets;
                continue;
            }
            if (!run_) run_ = at_;
            at_ += next_header(window);
        }
        end_run();
    }

private:
    bool read()
    {
        if (at_ >= to_) return false;
        window_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(window_octets, to_ - at_)));
        const auto octets = read_at(file_, window_, at_);
        octets_ = octets ? *octets : 0;
        return octets_ > 0;
    }

    void skip_zeros(std::size_t octets)
    {
        at_ += octets;
        // Holes are not read at all.
        const auto data = ::lseek(file_, static_cast<off_t>(at_), SEEK_DATA);
        if (data > static_cast<off_t>(at_)) at_ = std::min(to_, static_cast<std::uint64_t>(data));
    }

    void end_run()
    {
        if (run_) found_(*run_, at_ - *run_, std::nullopt);
        run_.reset();
    }

    int file_;
    std::uint64_t at_;
    std::uint64_t to_;
    const Found& found_;
    std::string window_;
    std::size_t octets_ = 0;
    std::optional<std::uint64_t> run_; // where it began
};

} // namespace

void for_each_stray(int file, std::uint64_t from, std::uint64_t to,
                    const std::function<void(std::uint64_t offset, std::uint64_t octets,
                                             std::optional<Record> record)>& found)
{
    Scan(file, from, to, found).run();
}

} // namespace pillarbox::storage::sqlite
