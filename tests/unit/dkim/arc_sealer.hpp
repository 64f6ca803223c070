#pragma once

#include "server/base/ascii.hpp"
#include "server/base/base64.hpp"
#include "server/dkim/canonical.hpp"
#include "server/dkim/key_record.hpp"
#include "server/dkim/keys.hpp"
#include "server/dkim/message.hpp"
#include "server/mime/header.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace pillarbox::dkim::test {

/// Somebody who passes mail on, and seals what was found of it: RFC 8617 §5.1.
class Sealer
{
public:
    explicit Sealer(std::string domain, Algorithm algorithm = Algorithm::ed25519_sha256)
        : domain_(std::move(domain)), key_(PrivateKey::make(algorithm))
    {}

    const std::string& domain() const { return domain_; }
    std::string key_name() const { return "arc._domainkey." + domain_; }
    std::string record() const { return key_record_text(key_); }

    /// What is said beyond the usual.
    struct Oddity
    {
        std::string validity{}; // cv=; empty: as it should be
        std::string covered{"from:to:subject:date"};
        std::string seal_tag{};      // "h=from; "
        std::string signature_tag{}; // "x=1; "
    };

    /// The message with one set more on top.
    std::string seal(const std::string& text, std::string_view results) const
    {
        return seal(text, results, Oddity());
    }

    std::string seal(const std::string& text, std::string_view results, const Oddity& odd) const
    {
        const mime::Header header(text);
        const auto before = header.count("ARC-Seal");
        const std::string instance = "i=" + std::to_string(before + 1) + "; ";
        const std::string who =
            "a=" + std::string(name_of(key_.algorithm())) + "; d=" + domain_ + "; s=arc; ";
        const std::string said =
            "ARC-Authentication-Results: " + instance + domain_ + ";\r\n " + std::string(results);

        std::vector<std::string> names;
        for (std::string_view rest = odd.covered; !rest.empty();)
            names.emplace_back(ascii::take_until(rest, ':'));
        std::string signature = "ARC-Message-Signature: " + instance + who + odd.signature_tag +
                                "c=relaxed/relaxed;\r\n h=" + odd.covered +
                                ";\r\n bh=" + base64_encode(body_hash(text, header.size())) + "; b=";
        signature += base64_encode(key_.sign(header_hash(header, names, Form::relaxed, signature)));

        const std::string validity = !odd.validity.empty() ? odd.validity : before == 0 ? "none" : "pass";
        std::string seal =
            "ARC-Seal: " + instance + odd.seal_tag + who + "t=12345;\r\n\tcv=" + validity + "; b=";
        Sha256 hash;
        for (std::size_t set = 1; set <= before; ++set)
            for (const auto* name : {"ARC-Authentication-Results", "ARC-Message-Signature", "ARC-Seal"})
                hash.add(canonical_field(Form::relaxed, field_of(header, name, set)) + "\r\n");
        hash.add(canonical_field(Form::relaxed, said) + "\r\n");
        hash.add(canonical_field(Form::relaxed, signature) + "\r\n");
        hash.add(canonical_field(Form::relaxed, seal));
        seal += base64_encode(key_.sign(hash.finish()));
        return seal + "\r\n" + signature + "\r\n" + said + "\r\n" + text;
    }

private:
    static std::string body_hash(std::string_view text, std::size_t begin)
    {
        Sha256 hash;
        BodyCanonicalizer body(Form::relaxed, [&hash](std::string_view octets) { hash.add(octets); });
        body.add(text.substr(begin));
        body.finish();
        return hash.finish();
    }

    static std::string field_of(const mime::Header& header, std::string_view name, std::size_t set)
    {
        const std::string wanted = "i=" + std::to_string(set) + ";";
        for (const auto& field : header.fields())
            if (ascii::equal(field.name, name) && ascii::trim(field.body).starts_with(wanted))
                return std::string(whole(field));
        return {};
    }

    std::string domain_;
    PrivateKey key_;
};

} // namespace pillarbox::dkim::test
