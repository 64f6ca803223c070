#include "web/api/json.hpp"

#include "server/base/ascii.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace pillarbox::api {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_person = 320; // octets of a name or address: 64 and 255 (RFC 5321 §4.5.3.1)

std::size_t count_keys(const json::value& value)
{
    std::size_t count = 0;
    if (const auto* object = value.if_object()) {
        count += object->size();
        for (const auto& member : *object)
            count += count_keys(member.value());
    } else if (const auto* array = value.if_array()) {
        for (const auto& item : *array)
            count += count_keys(item);
    }
    return count;
}

} // namespace

Members::Members(const http::Request& request) : request_(request)
{
    json::parse_options options;
    options.max_depth = deepest_json;
    boost::system::error_code error;
    auto value = json::parse(request.body, error, {}, options);
    if (error) {
        broken_ = "The body is not JSON: " + error.message() + ".";
    } else if (!value.is_object()) {
        broken_ = "The body must be a JSON object.";
    } else if (count_keys(value) > most_json_keys) {
        broken_ = "The body has more than " + std::to_string(most_json_keys) + " members.";
    } else {
        object_ = std::move(value.as_object());
    }
}

const json::value* Members::take(std::string_view name)
{
    known_.emplace_back(name);
    return object_.if_contains(name);
}

void Members::note(std::string_view name, std::string_view detail)
{
    errors_.push_back({"/" + std::string(name), std::string(detail)});
}

std::string Members::text(std::string_view name, std::size_t most)
{
    const auto* value = take(name);
    if (!value) {
        note(name, "This is missing.");
        return {};
    }
    const auto* text = value->if_string();
    if (!text || text->empty()) {
        note(name, "This must be a text that is not empty.");
        return {};
    }
    if (text->size() > most) {
        note(name, "This is longer than " + std::to_string(most) + " octets.");
        return {};
    }
    if (text->find('\0') != json::string::npos) {
        note(name, "This must not contain NUL.");
        return {};
    }
    return std::string(text->data(), text->size());
}

std::optional<std::string> Members::optional_text(std::string_view name, std::size_t most)
{
    const auto* value = take(name);
    if (!value) return std::nullopt;
    const auto* text = value->if_string();
    if (!text || text->size() > most || text->find('\0') != json::string::npos) {
        note(name, "This must be a text of at most " + std::to_string(most) + " octets, without NUL.");
        return std::nullopt;
    }
    return std::string(text->data(), text->size());
}

std::optional<mime::Address> Members::read_person(std::string_view name, const json::value& value)
{
    mime::Address person;
    const auto* object = value.if_object();
    bool good = object != nullptr;
    for (std::size_t i = 0; good && i < object->size(); ++i) {
        const auto& member = *(object->begin() + static_cast<std::ptrdiff_t>(i));
        const auto* text = member.value().if_string();
        good =
            text && text->size() <= longest_person && (member.key() == "name" || member.key() == "address");
        if (good) (member.key() == "name" ? person.name : person.address) = {text->data(), text->size()};
    }
    if (good) return person;
    note(name, "This must be {name, address}, each a text of at most " + std::to_string(longest_person) +
                   " octets.");
    return std::nullopt;
}

std::optional<mime::Address> Members::person(std::string_view name)
{
    const auto* value = take(name);
    if (!value) return std::nullopt;
    return read_person(name, *value);
}

std::optional<std::vector<mime::Address>> Members::people(std::string_view name, std::size_t most)
{
    const auto* value = take(name);
    if (!value) return std::nullopt;
    const auto* list = value->if_array();
    if (!list || list->size() > most) {
        note(name, "This must be a list of at most " + std::to_string(most) + " people.");
        return std::nullopt;
    }
    std::vector<mime::Address> people;
    for (std::size_t i = 0; i < list->size(); ++i) {
        auto person = read_person(std::string(name) + "/" + std::to_string(i), (*list)[i]);
        if (person) people.push_back(std::move(*person));
    }
    return people;
}

std::optional<std::vector<std::string>> Members::texts(std::string_view name, std::size_t most,
                                                       std::size_t longest)
{
    const auto* value = take(name);
    if (!value) return std::nullopt;
    const auto* list = value->if_array();
    std::vector<std::string> texts;
    for (std::size_t i = 0; list && i < list->size() && i < most; ++i) {
        const auto* text = (*list)[i].if_string();
        if (text && !text->empty() && text->size() <= longest && text->find('\0') == json::string::npos)
            texts.emplace_back(text->data(), text->size());
    }
    if (list && texts.size() == list->size()) return texts;
    note(name, "This must be a list of at most " + std::to_string(most) + " texts, each of 1 to " +
                   std::to_string(longest) + " octets.");
    return std::nullopt;
}

std::optional<bool> Members::flag(std::string_view name)
{
    const auto* value = take(name);
    if (!value) return std::nullopt;
    if (const auto* flag = value->if_bool()) return *flag;
    note(name, "This must be true or false.");
    return std::nullopt;
}

std::optional<std::uint64_t> Members::count(std::string_view name, std::uint64_t most)
{
    const auto* value = take(name);
    if (!value || value->is_null()) return std::nullopt;
    boost::system::error_code error;
    const auto number = value->to_number<std::uint64_t>(error);
    if (!error && number <= most) return number;
    note(name, "This must be a whole number from 0 to " + std::to_string(most) + ".");
    return std::nullopt;
}

std::string Members::choice(std::string_view name, std::initializer_list<std::string_view> words)
{
    std::string word = text(name, 100);
    if (word.empty() || std::ranges::find(words, word) != words.end()) return word;
    note_choice(name, {words.begin(), words.size()});
    return {};
}

std::optional<std::string> Members::optional_choice(std::string_view name,
                                                    std::span<const std::string_view> words)
{
    auto word = optional_text(name, 100);
    if (!word || std::ranges::find(words, *word) != words.end()) return word;
    note_choice(name, words);
    return std::nullopt;
}

void Members::note_choice(std::string_view name, std::span<const std::string_view> words)
{
    std::string known;
    for (const auto one : words)
        known += (known.empty() ? "" : ", ") + std::string(one);
    note(name, "This must be one of: " + known + ".");
}

std::optional<http::Response> Members::refusal()
{
    if (!broken_.empty()) return http::problem(request_, 400, broken_);
    for (const auto& member : object_) {
        const std::string_view key(member.key().data(), member.key().size());
        if (std::ranges::find(known_, key) == known_.end())
            note(key.substr(0, 100), "This member is unknown.");
    }
    if (errors_.empty()) return std::nullopt;
    if (errors_.size() > 20) errors_.resize(20);
    return http::problem(request_, 400, "invalid", "The request is not as it should be.", errors_);
}

http::Response json_response(const json::value& value)
{
    http::Response response;
    response.fields.set("Content-Type", "application/json");
    response.body = json::serialize(value);
    return response;
}

http::Response no_content()
{
    http::Response response;
    response.status = 204;
    return response;
}

std::string format_time(storage::Time time)
{
    const std::time_t seconds = time.time_since_epoch().count();
    std::tm parts{};
    if (!gmtime_r(&seconds, &parts)) return "1970-01-01T00:00:00Z";
    std::array<char, 32> text{};
    const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {text.data(), length};
}

json::value describe_time(std::optional<storage::Time> time)
{
    if (!time) return nullptr;
    return json::string(format_time(*time));
}

std::optional<std::int64_t> parse_id(std::string_view text)
{
    const auto number = ascii::parse_number<std::uint64_t>(text);
    const bool plain = text.size() < 19 && !text.starts_with('0');
    if (!number || !plain) return std::nullopt;
    return static_cast<std::int64_t>(*number);
}

std::optional<std::string> parameter(const std::vector<http::Fields::Line>& query, std::string_view name)
{
    const auto found = std::ranges::find(query, name, [](const auto& item) { return item.first; });
    if (found == query.end()) return std::nullopt;
    return found->second;
}

std::optional<http::Response> not_modified(const http::Request& request, std::string_view etag)
{
    const auto field = request.field("If-None-Match");
    if (field.empty() || !http::etag_matches(field, etag)) return std::nullopt;
    http::Response response;
    response.status = 304;
    response.fields.set("ETag", etag);
    return response;
}

http::Response with_etag(const http::Request& request, std::string_view etag, http::Response response)
{
    auto unchanged = not_modified(request, etag);
    if (unchanged) return std::move(*unchanged);
    response.fields.set("ETag", etag);
    return response;
}

} // namespace pillarbox::api
