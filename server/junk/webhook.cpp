#include "server/junk/webhook.hpp"

#include "server/mime/characters.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sodium/crypto_auth_hmacsha256.h>

#include <array>

namespace pillarbox::junk::webhook {

namespace json = boost::json;

std::string body_of(const Accepted& message)
{
    json::array to;
    for (const auto& recipient : message.to)
        to.push_back(json::string(mime::scrub_utf8(recipient)));
    json::object object;
    object["event"] = "accepted";
    object["id"] = message.id;
    object["time"] =
        fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(message.time)));
    object["client"] = message.client;
    object["user"] = mime::scrub_utf8(message.user);
    object["from"] = mime::scrub_utf8(message.from);
    object["to"] = std::move(to);
    object["messageId"] = mime::scrub_utf8(message.message_id);
    object["size"] = message.size;
    object["verified"] = mime::scrub_utf8(message.verified);
    return json::serialize(object);
}

std::string signature_of(std::string_view body, std::string_view secret)
{
    const auto octets = [](std::string_view text) {
        return reinterpret_cast<const unsigned char*>(text.data());
    };
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> code{};
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, octets(secret), secret.size());
    crypto_auth_hmacsha256_update(&state, octets(body), body.size());
    crypto_auth_hmacsha256_final(&state, code.data());
    std::string signature = "sha256=";
    for (const auto octet : code)
        signature += fmt::format("{:02x}", octet);
    return signature;
}

} // namespace pillarbox::junk::webhook
