#include "server/mailauth/dmarc_facts.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace pillarbox::mailauth {

namespace {

namespace json = boost::json;

constexpr std::size_t longest = 255; // of a name
constexpr std::size_t fields = 10;   // of the array
constexpr auto last_disposition = static_cast<std::int64_t>(DmarcFacts::Disposition::reject);
constexpr auto last_override = static_cast<std::int64_t>(DmarcFacts::Override::trusted_forwarder);

/// JSON is UTF-8, and names of domains are ASCII.
json::string plain(std::string_view text)
{
    json::string out(text.substr(0, longest));
    std::ranges::replace_if(out, [](char c) { return c < ' ' || c > '~'; }, '?');
    return out;
}

/// Reads what is there in its order; `good` tells whether it was.
class FactReading
{
public:
    explicit FactReading(const json::array& values) : values_(values) {}

    std::string text()
    {
        const json::value* value = next();
        if (value && value->is_string()) return std::string(value->get_string());
        good = false;
        return {};
    }

    std::int64_t number(std::int64_t last)
    {
        const json::value* value = next();
        if (value && value->is_int64() && value->get_int64() >= 0 && value->get_int64() <= last)
            return value->get_int64();
        good = false;
        return 0;
    }

    const json::value* next() { return at_ < values_.size() ? &values_[at_++] : nullptr; }

    bool good = true;

private:
    const json::array& values_;
    std::size_t at_ = 0;
};

} // namespace

std::string DmarcFacts::text() const
{
    json::array names;
    for (const auto& signature : signatures)
        names.push_back(
            json::array{plain(signature.domain), plain(signature.selector), plain(signature.result)});
    return json::serialize(json::array{plain(source), plain(header_from), plain(envelope_from),
                                       plain(spf_domain), plain(spf_result), spf_aligned ? 1 : 0,
                                       dkim_aligned ? 1 : 0, static_cast<std::int64_t>(disposition),
                                       static_cast<std::int64_t>(overridden), std::move(names)});
}

std::optional<DmarcFacts> parse_dmarc_facts(std::string_view text)
{
    boost::system::error_code error;
    const auto parsed = json::parse(text, error);
    if (error || !parsed.is_array() || parsed.get_array().size() != fields) return std::nullopt;
    FactReading reading(parsed.get_array());
    DmarcFacts facts;
    facts.source = reading.text();
    facts.header_from = reading.text();
    facts.envelope_from = reading.text();
    facts.spf_domain = reading.text();
    facts.spf_result = reading.text();
    facts.spf_aligned = reading.number(1) == 1;
    facts.dkim_aligned = reading.number(1) == 1;
    facts.disposition = static_cast<DmarcFacts::Disposition>(reading.number(last_disposition));
    facts.overridden = static_cast<DmarcFacts::Override>(reading.number(last_override));
    const json::value* const signatures = reading.next();
    if (!signatures->is_array()) return std::nullopt;
    for (const auto& one : signatures->get_array()) {
        if (!one.is_array()) return std::nullopt;
        FactReading names(one.get_array());
        facts.signatures.push_back({names.text(), names.text(), names.text()});
        reading.good = reading.good && names.good;
    }
    if (!reading.good) return std::nullopt;
    return facts;
}

} // namespace pillarbox::mailauth
