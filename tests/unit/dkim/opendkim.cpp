#include "tests/unit/dkim/opendkim.hpp"

#include "server/base/base64.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>

using _Bool = bool; // the header is C
#include <dkim.h>

namespace pillarbox::dkim::test {

namespace {

using Octets = unsigned char;

using Records = std::map<std::string, std::string>;

DKIM_CBSTAT find_key(DKIM* handle, DKIM_SIGINFO* signature, u_char* buffer, std::size_t size)
{
    const auto* selector = reinterpret_cast<const char*>(dkim_sig_getselector(signature));
    const auto* records = static_cast<const Records*>(dkim_get_user_context(handle));
    const auto found = records->find(selector);
    if (found == records->end() || found->second.size() >= size) return DKIM_CBSTAT_NOTFOUND;
    std::memcpy(buffer, found->second.c_str(), found->second.size() + 1);
    return DKIM_CBSTAT_CONTINUE;
}

struct Free
{
    void operator()(DKIM* one) const { dkim_free(one); }
};
using Handle = std::unique_ptr<DKIM, Free>;

/// It takes what it only reads by pointers to what may be written.
u_char* octets_of(std::string& text)
{
    return reinterpret_cast<u_char*>(text.data());
}

std::string told(DKIM* handle, DKIM_STAT status)
{
    const char* why = dkim_geterror(handle);
    return std::string(dkim_getresultstr(status)) + (why ? std::string(": ") + why : std::string());
}

/// Gives it a message: fields without their last CRLF, then the text. Empty, or what it says.
std::string feed(DKIM* handle, std::string_view message)
{
    while (!message.empty() && !message.starts_with("\r\n")) {
        std::size_t end = message.find("\r\n");
        while (end != std::string_view::npos && end + 2 < message.size() &&
               (message[end + 2] == ' ' || message[end + 2] == '\t'))
            end = message.find("\r\n", end + 2);
        if (end == std::string_view::npos) return "the last field does not end";
        std::string field(message.substr(0, end));
        const auto status = dkim_header(handle, octets_of(field), field.size());
        if (status != DKIM_STAT_OK) return told(handle, status);
        message.remove_prefix(end + 2);
    }
    auto status = dkim_eoh(handle);
    if (status != DKIM_STAT_OK) return told(handle, status);
    message.remove_prefix(std::min<std::size_t>(2, message.size()));
    std::string body(message);
    if (!body.empty()) status = dkim_body(handle, octets_of(body), body.size());
    return status == DKIM_STAT_OK ? std::string() : told(handle, status);
}

std::string pem_of(const PrivateKey& key)
{
    std::string pem = "-----BEGIN PRIVATE KEY-----\n", text = base64_encode(key.der());
    for (std::size_t at = 0; at < text.size(); at += 64)
        pem += text.substr(at, 64) + '\n';
    return pem + "-----END PRIVATE KEY-----\n";
}

dkim_canon_t form_of(std::string_view word)
{
    return word == "relaxed" ? DKIM_CANON_RELAXED : DKIM_CANON_SIMPLE;
}

const Octets* text_of(const std::string& text)
{
    return reinterpret_cast<const Octets*>(text.c_str());
}

} // namespace

struct OpenDkim::State
{
    DKIM_LIB* library = dkim_init(nullptr, nullptr);
    Records records{};
};

OpenDkim::OpenDkim() : state_(std::make_unique<State>())
{
    if (!state_->library) throw std::runtime_error("libopendkim cannot be used");
    dkim_set_key_lookup(state_->library, find_key);
}

OpenDkim::~OpenDkim()
{
    dkim_close(state_->library);
}

bool OpenDkim::knows_ed25519() const
{
    return dkim_libfeature(state_->library, DKIM_FEATURE_ED25519);
}

void OpenDkim::publish(const std::string& selector, const std::string& record)
{
    state_->records[selector] = record;
}

std::string OpenDkim::sign(std::string_view message, const PrivateKey& key, const std::string& selector,
                           std::string_view forms) const
{
    DKIM_STAT status = DKIM_STAT_OK;
    std::string secret = pem_of(key);
    const auto slash = forms.find('/');
    const auto algorithm =
        key.algorithm() == Algorithm::rsa_sha256 ? DKIM_SIGN_RSASHA256 : DKIM_SIGN_ED25519SHA256;
    const Handle handle(dkim_sign(state_->library, text_of("test"), nullptr, octets_of(secret),
                                  text_of(selector), text_of("example.org"), form_of(forms.substr(0, slash)),
                                  form_of(forms.substr(slash + 1)), algorithm, -1, &status));
    if (!handle) return std::string("cannot: ") + dkim_getresultstr(status);
    if (auto fault = feed(handle.get(), message); !fault.empty()) return "cannot: " + fault;
    status = dkim_eom(handle.get(), nullptr);
    if (status != DKIM_STAT_OK) return "cannot: " + told(handle.get(), status);
    u_char* field = nullptr;
    std::size_t size = 0;
    status = dkim_getsighdr_d(handle.get(), std::strlen(DKIM_SIGNHEADER) + 2, &field, &size);
    if (status != DKIM_STAT_OK) return "cannot: " + told(handle.get(), status);
    return std::string(DKIM_SIGNHEADER) + ": " + std::string(reinterpret_cast<const char*>(field), size) +
           "\r\n";
}

std::string OpenDkim::verify(std::string_view message) const
{
    DKIM_STAT status = DKIM_STAT_OK;
    const Handle handle(dkim_verify(state_->library, text_of("test"), nullptr, &status));
    if (!handle) return dkim_getresultstr(status);
    dkim_set_user_context(handle.get(), &state_->records);
    if (auto fault = feed(handle.get(), message); !fault.empty()) return fault;
    bool testing = false;
    status = dkim_eom(handle.get(), &testing);
    return status == DKIM_STAT_OK ? "pass" : told(handle.get(), status);
}

} // namespace pillarbox::dkim::test
