#include "server/mailflow/trace.hpp"

#include "server/base/ascii.hpp"
#include "server/mime/date.hpp"

namespace pillarbox::mailflow {

namespace {

/// A field that is folded between words.
class Folded
{
public:
    explicit Folded(std::string_view name) : text_(name), column_(name.size()) {}

    /// Words that belong on one line, if that is long enough.
    void add(const std::string& words)
    {
        constexpr std::size_t longest_line = 78; // RFC 5322 §2.1.1
        constexpr std::string_view fold = "\r\n    ";
        if (column_ + 1 + words.size() > longest_line) {
            text_ += fold;
            column_ = fold.size() - 2;
        } else {
            text_ += ' ';
            ++column_;
        }
        text_ += words;
        column_ += words.size();
    }

    std::string finish() && { return std::move(text_) + "\r\n"; }

private:
    std::string text_;
    std::size_t column_;
};

std::string words(std::initializer_list<std::string_view> parts)
{
    std::string text;
    for (const std::string_view part : parts)
        text += part;
    return text;
}

} // namespace

std::string received(const Hop& hop)
{
    Folded field("Received:");
    // Extended-Domain, RFC 5321 §4.4: what the client said, and what we know.
    if (!hop.client.empty() && !hop.helo.empty()) field.add(words({"from ", hop.helo}));
    if (!hop.client.empty() && !hop.helo.empty()) field.add(words({"(", hop.client, ")"}));
    if (!hop.client.empty() && hop.helo.empty()) field.add(words({"from ", hop.client}));
    field.add(words({"by ", hop.hostname, " (Pillarbox)"}));
    if (!hop.protocol.empty()) field.add(words({"with ", hop.protocol}));
    if (!hop.tls.empty()) field.add(words({"(", hop.tls, ")"}));
    std::string id = words({"id ", hop.id});
    if (hop.recipient.empty()) {
        field.add(id + ";");
    } else {
        field.add(id);
        field.add(words({"for <", hop.recipient, ">;"}));
    }
    field.add(mime::format_date(hop.time));
    return std::move(field).finish();
}

std::string return_path(std::string_view reverse_path)
{
    return words({"Return-Path: <", reverse_path, ">\r\n"});
}

std::string delivered_to(std::string_view address)
{
    return words({"Delivered-To: ", address, "\r\n"});
}

std::string address_literal(std::string_view address)
{
    constexpr std::string_view mapped = "::ffff:"; // RFC 4291 §2.5.5.2
    if (ascii::starts_with(address, mapped) && address.find('.') != std::string_view::npos) {
        address.remove_prefix(mapped.size());
    }
    const bool v6 = address.find(':') != std::string_view::npos;
    return words({v6 ? "[IPv6:" : "[", address, "]"});
}

} // namespace pillarbox::mailflow
