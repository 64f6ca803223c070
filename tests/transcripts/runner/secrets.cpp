#include "tests/transcripts/runner/secrets.hpp"

#include "server/base/base64.hpp"

#include <stdexcept>
#include <string_view>

namespace pillarbox::transcripts {

namespace {

constexpr std::size_t shortest = 5; // octets; what is shorter may be there for other reasons

/// As it may stand in a line: plain, and in base64 wherever it begins in what
/// was encoded, without the characters that others have a part in.
std::vector<std::string> forms_of(const std::string& password)
{
    std::vector<std::string> forms{password};
    for (std::size_t before = 0; before < 3; ++before) {
        const std::string encoded = base64_encode(std::string(before, '\0') + password);
        const std::size_t begin = before == 0 ? 0 : before + 1;
        const std::size_t end = (before + password.size()) * 8 / 6;
        if (end > begin + 4) forms.push_back(encoded.substr(begin, end - begin));
    }
    return forms;
}

} // namespace

std::unique_ptr<net::Transcript> Secrets::transcript()
{
    return std::make_unique<net::Transcript>(net::Transcript::About{}, *this);
}

void Secrets::keep(net::Transcript::About /*about*/, std::string text) noexcept
{
    kept_ += text;
}

void Secrets::check() const
{
    constexpr std::string_view placeholder = "<secret>"; // and a favourite password
    std::string text = kept_;
    for (auto at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder))
        text.erase(at, placeholder.size());
    for (const std::string& password : passwords_) {
        if (password.size() < shortest) continue;
        for (const std::string& form : forms_of(password)) {
            const auto found = text.find(form);
            if (found == std::string::npos) continue;
            const auto begin = text.rfind('\n', found) + 1;
            throw std::runtime_error("a password is in the transcript: " +
                                     text.substr(begin, text.find('\n', found) - begin));
        }
    }
}

} // namespace pillarbox::transcripts
