#pragma once

#include <chrono>
#include <filesystem>
#include <string>

namespace pillarbox::net {

/// What can be told of a certificate without asking anybody.
struct CertificateFacts
{
    std::chrono::sys_seconds ends{}; // its notAfter
    bool names_host = false;         // RFC 9525
    bool self_signed = false;
};

/// Reads the first certificate of a PEM file, and whether it is for `host`.
/// Throws std::runtime_error with a sentence for people when there is none.
CertificateFacts read_certificate(const std::filesystem::path& file, const std::string& host);

} // namespace pillarbox::net
