// A message, and behind a NUL the key record of whoever signed it. Without one, all is
// a list of tags and a key record, too. In pieces it must come to the same as whole, and
// nothing that the fuzzer can think of passes: of its keys it knows no private half.

#include "server/dkim/key_record.hpp"
#include "server/dkim/signer.hpp"
#include "server/dkim/verifier.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

namespace dkim = pillarbox::dkim;

/// What comes of it, when it comes in pieces of so many octets.
std::vector<dkim::Result> results_of(std::string_view message, std::string_view record, std::size_t piece)
{
    dkim::Verifier verifier(std::chrono::sys_seconds{});
    for (; !message.empty(); message.remove_prefix(std::min(piece, message.size())))
        verifier.add(message.substr(0, piece));
    verifier.finish();
    dkim::KeyAnswers keys;
    for (const auto& name : verifier.key_names())
        keys[name] = {dkim::KeyAnswer::Kind::found, {std::string(record)}};
    return verifier.judge(keys);
}

void check(const std::vector<dkim::Result>& whole, const std::vector<dkim::Result>& parts)
{
    if (whole.size() != parts.size()) std::abort();
    for (std::size_t i = 0; i < whole.size(); ++i) {
        if (whole[i].outcome != parts[i].outcome || whole[i].why != parts[i].why) std::abort();
        if (whole[i].why.empty() != (whole[i].outcome == dkim::Outcome::pass)) std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto end = std::min(text.find('\0'), text.size());
    const std::string_view message = text.substr(0, end);
    const std::string_view record = end == text.size() ? text : text.substr(end + 1);
    check(results_of(message, record, message.size() + 1), results_of(message, record, 3));

    if (const auto tags = dkim::TagList::parse(text)) {
        if (const auto signature = dkim::parse_signature(*tags))
            static_cast<void>(dkim::parse_key_record(record, *signature));
    }
    for (const auto algorithm : {dkim::Algorithm::rsa_sha256, dkim::Algorithm::ed25519_sha256}) {
        dkim::Signature any;
        any.algorithm = algorithm;
        static_cast<void>(dkim::parse_key_record(record, any));
    }

    static const std::vector<dkim::SigningKey> keys{
        {"example.org", "e", dkim::PrivateKey::make(dkim::Algorithm::ed25519_sha256)}};
    dkim::Signer signer(keys, std::chrono::sys_seconds{});
    signer.add(message);
    const std::string fields = signer.finish();
    if (fields.empty()) return 0;
    // What we sign we verify.
    const auto ours =
        results_of(fields + std::string(message), dkim::key_record_text(keys.front().key), 1000);
    if (ours.empty() || ours.front().outcome != dkim::Outcome::pass) std::abort();
    return 0;
}
