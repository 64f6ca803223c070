#include "server/transfer/letter.hpp"

#include "server/mime/header.hpp"

#include <algorithm>

namespace pillarbox::transfer {

namespace {

constexpr std::size_t digest_octets = 32;

/// Where a header section ends, behind its empty line; npos while it does not.
/// What lies before `from` has been looked at.
std::size_t header_end(std::string_view text, std::size_t from)
{
    for (auto at = text.find('\n', from); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        const auto line = text.substr(0, at);
        const bool empty = line.empty() || line == "\r" || line.ends_with('\n') || line.ends_with("\n\r");
        if (empty) return at + 1;
    }
    return std::string_view::npos;
}

} // namespace

Letter::Letter(std::unique_ptr<storage::Spool> spool, Form form, std::uint64_t limit)
    : spool_(std::move(spool)),
      limit_(limit),
      in_header_(form == Form::mbox),
      digest_(std::make_unique<crypto_generichash_state>())
{
    crypto_generichash_init(digest_.get(), nullptr, 0, digest_octets);
}

storage::Result<void> Letter::append(std::string_view octets)
{
    if (!in_header_) return store(octets);
    const auto looked_at = header_.size();
    header_ += octets;
    if (header_end(header_, looked_at) == std::string::npos && header_.size() <= mime::most_header_octets)
        return boost::system::in_place_value;
    return leave_header();
}

/// The fields are taken from the header, or from as much of it as is looked at.
storage::Result<void> Letter::leave_header()
{
    in_header_ = false;
    const auto end = std::min(header_end(header_, 0), header_.size());
    auto header = header_.substr(0, end);
    const auto rest = header_.substr(end);
    header_ = {};
    fields_ = take_mbox_fields(header);
    const auto stored = store(header);
    return stored ? store(rest) : stored;
}

storage::Result<void> Letter::finish()
{
    if (in_header_) {
        const auto left = leave_header();
        if (!left) return left;
    }
    wire_.clear();
    line_ends_.finish(wire_);
    return store_wire();
}

storage::Result<void> Letter::store(std::string_view octets)
{
    wire_.clear();
    line_ends_.append(octets, wire_);
    return store_wire();
}

storage::Result<void> Letter::store_wire()
{
    octets_ += wire_.size();
    if (too_large()) spool_.reset(); // gives its file back at once
    if (!spool_) return boost::system::in_place_value;
    crypto_generichash_update(digest_.get(), reinterpret_cast<const unsigned char*>(wire_.data()),
                              wire_.size());
    return spool_->append(wire_);
}

std::string Letter::digest()
{
    std::string digest(digest_octets, '\0');
    crypto_generichash_final(digest_.get(), reinterpret_cast<unsigned char*>(digest.data()), digest.size());
    return digest;
}

} // namespace pillarbox::transfer
