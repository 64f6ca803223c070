#include "server/dkim/message.hpp"

#include "server/base/ascii.hpp"
#include "server/dkim/keys.hpp"

#include <unordered_map>
#include <vector>

namespace pillarbox::dkim {

std::string_view HeadSplitter::add(std::string_view octets)
{
    if (complete_) return octets;
    if (too_long_) return {};
    const std::size_t before = head_.size();
    head_ += octets.substr(0, mime::most_header_octets + 1 - before);
    std::size_t end = std::string::npos;
    if (head_.starts_with("\r\n")) { // no field at all
        end = 2;
    } else {
        const std::size_t found = head_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
        if (found != std::string::npos) end = found + 4;
    }
    if (end == std::string::npos) {
        too_long_ = head_.size() > mime::most_header_octets;
        return {};
    }
    complete_ = true;
    head_.resize(end);
    return octets.substr(end - before);
}

std::string_view whole(const mime::Field& field)
{
    const char* const begin = field.name.data();
    const char* const end = field.body.data() + field.body.size();
    return {begin, static_cast<std::size_t>(end - begin)};
}

std::string without_octets(std::string_view field, const TagList& tags)
{
    const std::string_view extent = tags.extent("b").value_or("");
    if (extent.empty()) return std::string(field);
    const auto begin = static_cast<std::size_t>(extent.data() - field.data());
    return std::string(field.substr(0, begin)).append(field.substr(begin + extent.size()));
}

std::string header_hash(const mime::Header& header, std::span<const std::string> names, Form form,
                        std::string_view own_field)
{
    std::unordered_map<std::string, std::vector<const mime::Field*>> left;
    for (const auto& field : header.fields())
        left[ascii::to_lower(field.name)].push_back(&field);
    Sha256 hash;
    for (const auto& name : names) {
        const auto found = left.find(name);
        // A field that is not there counts as nothing, so that none can be added: §5.4.
        if (found == left.end() || found->second.empty()) continue;
        hash.add(canonical_field(form, whole(*found->second.back())));
        hash.add("\r\n");
        found->second.pop_back(); // from the bottom up, §5.4.2
    }
    hash.add(canonical_field(form, own_field));
    return hash.finish();
}

} // namespace pillarbox::dkim
