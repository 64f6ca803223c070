#include "server/junk/rspamd.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace pillarbox::junk {

std::string reply_text(std::string_view text)
{
    constexpr std::size_t longest = 200;
    std::string line(text.substr(0, longest));
    std::ranges::replace_if(line, [](char c) { return c < ' ' || c > '~'; }, '?');
    return line;
}

namespace rspamd {

namespace json = boost::json;

namespace {

constexpr std::size_t most_recipients = 100; // of those that it is told of
constexpr std::size_t most_symbols = 5;
constexpr std::size_t longest_symbol = 40;
constexpr double largest_score = 1000;

std::optional<double> number(const json::object& object, std::string_view name)
{
    const auto* value = object.if_contains(name);
    if (!value || !value->is_number()) return std::nullopt;
    const double found = value->to_number<double>();
    if (!(std::abs(found) <= largest_score)) return std::nullopt;
    return found;
}

std::string_view text(const json::object& object, std::string_view name)
{
    const auto* value = object.if_contains(name);
    return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

/// "BAYES_SPAM 5.1, R_SPF_FAIL 1.0": what weighed most.
std::string symbols_of(const json::object& answer)
{
    const auto* symbols = answer.if_contains("symbols");
    if (!symbols || !symbols->is_object()) return {};
    std::vector<std::pair<double, std::string_view>> weighty;
    for (const auto& [name, symbol] : symbols->get_object()) {
        const auto score = symbol.is_object() ? number(symbol.get_object(), "score") : std::nullopt;
        if (score && *score != 0)
            weighty.emplace_back(*score, std::string_view(name).substr(0, longest_symbol));
    }
    std::ranges::sort(weighty, [](const auto& a, const auto& b) {
        return std::abs(a.first) != std::abs(b.first) ? std::abs(a.first) > std::abs(b.first)
                                                      : a.second < b.second;
    });
    std::string shown;
    if (weighty.size() > most_symbols) weighty.resize(most_symbols);
    for (const auto& [score, name] : weighty)
        shown += fmt::format(", {} {:.1f}", name, score);
    return shown;
}

} // namespace

std::vector<std::pair<std::string, std::string>> fields_of(const HookQuestion& question)
{
    std::vector<std::pair<std::string, std::string>> fields{
        {"IP", question.client}, {"From", question.reverse_path}, {"MTA-Name", question.hostname}};
    if (!question.helo.empty()) fields.emplace_back("Helo", question.helo);
    for (const auto& recipient : question.recipients) {
        if (fields.size() >= most_recipients) break;
        fields.emplace_back("Rcpt", recipient);
    }
    // Addresses may have other octets, RFC 6531; a field's value has not.
    const auto unfit = [](const auto& field) {
        return !std::ranges::all_of(field.second, [](char c) { return c >= ' ' && c <= '~'; });
    };
    std::erase_if(fields, unfit);
    return fields;
}

std::optional<HookAnswer> parse_answer(std::string_view body, double limit)
{
    boost::system::error_code error;
    const json::value value = json::parse(body, error);
    if (error || !value.is_object()) return std::nullopt;
    const json::object& object = value.get_object();
    const auto action = text(object, "action");
    const auto score = number(object, "score");
    const auto required = number(object, "required_score");
    if (action.empty() || !score) return std::nullopt;

    HookAnswer answer;
    const bool reject = action == "reject";
    if (reject || action == "soft reject") {
        std::string_view why;
        const auto* messages = object.if_contains("messages");
        if (messages && messages->is_object()) why = text(messages->get_object(), "smtp_message");
        if (why.empty()) why = reject ? "refused as junk" : "try again later";
        answer.refusal = {reject, reply_text(why)};
        return answer;
    }
    double weight = required && *required > 0 ? *score / *required * limit : 0;
    if (action == "add header" || action == "rewrite subject" || action == "discard" ||
        action == "quarantine")
        weight = std::max(weight, limit); // discard, too: nothing is lost
    const auto of = required ? fmt::format(" of {:.1f}", *required) : std::string();
    answer.reasons.push_back({"rspamd", std::clamp(weight, -limit, 2 * limit),
                              fmt::format("{}, {:.1f}{}{}", action, *score, of, symbols_of(object))});
    return answer;
}

} // namespace rspamd

} // namespace pillarbox::junk
