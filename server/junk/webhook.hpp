#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What a webhook is told of a message that was accepted. Pure.
namespace pillarbox::junk::webhook {

struct Accepted
{
    std::string id{}; // of the message here: in its Received field, the reply and the log
    std::chrono::sys_seconds time{};
    std::string client{}; // an address; empty where it was written here
    std::string user{};   // who signed in, if anybody
    std::string from{};   // reverse-path
    std::vector<std::string> to{};
    std::string message_id{}; // the field
    std::uint64_t size = 0;   // octets
    std::string verified{};   // what SPF, DKIM and DMARC said; may be empty
};

/// The body of the POST, an object of JSON. What is no UTF-8 is scrubbed.
std::string body_of(const Accepted& message);

/// The value of X-Pillarbox-Signature for it: "sha256=" and HMAC-SHA256 (RFC
/// 2104) with the secret, in hexadecimal digits.
std::string signature_of(std::string_view body, std::string_view secret);

} // namespace pillarbox::junk::webhook
