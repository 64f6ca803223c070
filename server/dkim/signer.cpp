#include "server/dkim/signer.hpp"

#include "server/base/base64.hpp"
#include "server/mime/header.hpp"

#include <array>

namespace pillarbox::dkim {

namespace {

constexpr std::size_t longest_line = 78; // RFC 5322 §2.1.1
constexpr std::size_t most_named = 100;  // in h=: nobody has so many To fields

/// RFC 6376 §5.4.1: what a reader or his program sees. Named though it is not there.
constexpr std::array<std::string_view, 12> always_named{
    "from",     "to",          "cc",         "subject",      "date",         "message-id",
    "reply-to", "in-reply-to", "references", "mime-version", "content-type", "content-transfer-encoding"};

/// What others may add on the way: a mailing list is somebody's Sender.
constexpr std::array<std::string_view, 10> named_if_there{
    "sender",  "content-id",       "content-description",   "content-disposition", "auto-submitted",
    "list-id", "list-unsubscribe", "list-unsubscribe-post", "list-post",           "list-help"};

std::vector<std::string> fields_to_sign(const mime::Header& header)
{
    std::vector<std::string> names;
    const auto name = [&names, &header](std::string_view field, bool though_missing) {
        const std::size_t count = header.count(field);
        if (count == 0 && !though_missing) return;
        for (std::size_t i = 0; i <= count && names.size() < most_named; ++i)
            names.emplace_back(field);
    };
    for (const auto field : always_named)
        name(field, true);
    for (const auto field : named_if_there)
        name(field, false);
    return names;
}

/// A field that is written in lines of at most longest_line where that can be.
class FoldedField
{
public:
    explicit FoldedField(std::string begin) : text_(std::move(begin)), line_(text_.size()) {}

    /// A word that stays whole, on this line or the next.
    void word(std::string_view word)
    {
        if (line_ + 1 + word.size() > longest_line)
            fold();
        else if (text_.back() != '\t')
            put(" ");
        put(word);
    }

    /// Follows without white space, but on the next line where there is no room.
    void part(std::string_view part)
    {
        if (line_ + part.size() > longest_line) fold();
        put(part);
    }

    /// As base64, cut wherever a line is full.
    void cut(std::string_view octets)
    {
        while (!octets.empty()) {
            if (line_ >= longest_line) fold();
            const auto fits = octets.substr(0, longest_line - line_);
            put(fits);
            octets.remove_prefix(fits.size());
        }
    }

    const std::string& text() const { return text_; }

private:
    void put(std::string_view octets)
    {
        text_ += octets;
        line_ += octets.size();
    }

    void fold()
    {
        text_ += "\r\n\t";
        line_ = 1;
    }

    std::string text_;
    std::size_t line_; // octets on the last one
};

/// The field with an empty b=.
FoldedField unsigned_field(const SigningKey& key, std::chrono::sys_seconds now,
                           const std::vector<std::string>& names, std::string_view body_hash)
{
    FoldedField field("DKIM-Signature: v=1;");
    field.word("a=" + std::string(name_of(key.key.algorithm())) + ';');
    field.word("c=relaxed/relaxed;");
    field.word("d=" + key.domain + ';');
    field.word("s=" + key.selector + ';');
    field.word("t=" + std::to_string(now.time_since_epoch().count()) + ';');
    field.word("h=" + names.front());
    for (std::size_t i = 1; i < names.size(); ++i)
        field.part(':' + names[i]);
    field.part(";");
    field.word("bh=" + base64_encode(body_hash) + ';');
    field.word("b=");
    return field;
}

} // namespace

Signer::Signer(std::vector<SigningKey> keys, std::chrono::sys_seconds now)
    : keys_(std::move(keys)),
      now_(now),
      body_(Form::relaxed, [this](std::string_view octets) { hash_.add(octets); })
{}

void Signer::add(std::string_view octets)
{
    octets = splitter_.add(octets);
    if (!octets.empty()) body_.add(octets);
}

std::string Signer::finish()
{
    body_.finish();
    const std::string body_hash = hash_.finish();
    const mime::Header header(splitter_.head());
    // Where a line is no field, others may read a field more or less than we do.
    if (splitter_.too_long() || header.faults().malformed || header.find("From") == nullptr) return {};
    const auto names = fields_to_sign(header);
    std::string fields;
    for (const auto& key : keys_) {
        FoldedField field = unsigned_field(key, now_, names, body_hash);
        const std::string hash = header_hash(header, names, Form::relaxed, field.text());
        field.cut(base64_encode(key.key.sign(hash)));
        fields += field.text() + "\r\n";
    }
    return fields;
}

} // namespace pillarbox::dkim
