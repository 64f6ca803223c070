#include "server/dkim/arc_check.hpp"
#include "tests/unit/dkim/examples.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pillarbox::dkim {
namespace {

/// The key that dkimpy 1.1.4 sealed with, at both domains.
const std::string record =
    "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC4NQ"
    "IAI2+LI5VBtOnFi2XdlSpek3+JrChR5YF2Ed3hvMmijDIS68VMypKKmrho+nrOh0uPcmUWgDSLMQyPDOinh02TVwKn"
    "Sin34GWd5pdruHhw7L0uu4vde0k/sbnu45LJ6pVcTPMRRNu5lcc+5IdvbZahZ0oreLe6HIBFcLRt+wIDAQAB";

/// What it was given: the results that each found stand before the message.
const std::string found_by_one =
    "Authentication-Results: one.example; spf=pass smtp.mailfrom=carol@football.example.com; dmarc=pass "
    "(p=reject) header.from=football.example.com\r\n";
const std::string found_by_two =
    "Authentication-Results: two.example; arc=pass; spf=fail smtp.mailfrom=one.example\r\n";
const std::string message = "From:  Carol <carol@football.example.com>\r\n"
                            "To: one@example.net,\r\n"
                            "\ttwo@example.net\r\n"
                            "SUBJECT: [list] two  spaces \t and a tab \r\n"
                            "X-Seen: yes\r\n"
                            "\r\n"
                            " leading\r\n"
                            "two  spaces\t\r\n"
                            "\r\n"
                            ".\r\n"
                            "\r\n"
                            " \r\n"
                            "\r\n";

/// What it made of that.
const std::string first_set =
    "ARC-Seal: i=1; cv=none; a=rsa-sha256; d=one.example; s=arc; t=1795974464;\r\n"
    " b=N7M65gmdD3uONljVdk0hqFIgallSlFHa5Ozd6xQboOW6Ukq9k52VvSNWFZ+6x9MOVAqSh\r\n"
    " MJctvqGwvO0b44T33oT50phWcmPltz2mKiaFkdX3hrJyY17d3LKWP/8VwSZ7f6vZc62g3D3\r\n"
    " hI2Ax/Kq8bMOCuLQkpBDdhJDdnXJS4A=\r\n"
    "ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
    " d=one.example; s=arc; t=1795974464; h=from : to : subject : x-seen;\r\n"
    " bh=pGsjZSQgV30nVrFtHoK8T90GL6PS0q5OiArPJJzU9aI=;\r\n"
    " b=P0HmAtUTVCo2lzEYTuvnRfu/NXr5GHBj3MvAWTWP7z46FWbuWO93INLGfl7sSt6ckwUvb\r\n"
    " rnLe0r0Nv3vWsmxkZCqTSlVBr6pJ6KJ+nBPGZcsUBZrzuyKWWUt20cgDr1vrUkfhf8J9C8w\r\n"
    " K8RRoRy63MkpZYOAKqquTAzA2e6IV80=\r\n"
    "ARC-Authentication-Results: i=1; one.example; spf=pass smtp.mailfrom=carol@football.example.com;\r\n"
    "  dmarc=pass (p=reject) header.from=football.example.com\r\n";
const std::string second_set = "ARC-Seal: i=2; cv=pass; a=rsa-sha256; d=two.example; s=arc; t=1795974464;\r\n"
                               " b=BgqWvNOGyko7VnPg5xR09tVu4R4F78wXnamLcgVXAzKW+Uc8NrR/f2mm80Y5K562Qv9VX\r\n"
                               " zoxvW5f20HbkPvxcucmVukKygFXG4tkREv8jcsHoPQMbopYNl4M0lx3PVaoRuQiLnEVRZs3\r\n"
                               " yypemzelwYzIexqV8i8EJBhhMqJ+EJM=\r\n"
                               "ARC-Message-Signature: i=2; a=rsa-sha256; c=relaxed/relaxed;\r\n"
                               " d=two.example; s=arc; t=1795974464; h=from : to : subject : x-seen;\r\n"
                               " bh=pGsjZSQgV30nVrFtHoK8T90GL6PS0q5OiArPJJzU9aI=;\r\n"
                               " b=CaOQ9+5YOMZTuvTU4v6QIFP0oh8yLEgLxpsPkXOYmr6oHuiq3p9nnN9sDpz26vB9u/Awz\r\n"
                               " XiiD2njJb5noIV9RUkV8RCA0God5W3L4sFw8fhOkU8UL6z0V/qDrerIRgbK8pD/2oR8hQ4S\r\n"
                               " Fw80wvn8Ka0OgwF/KTbRg50Fd5mVVTM=\r\n"
                               "ARC-Authentication-Results: i=2; two.example; arc=pass;\r\n"
                               "  spf=fail smtp.mailfrom=one.example\r\n";

std::string seal_result(const std::string& text)
{
    Verifier verifier(test::then);
    verifier.add(text);
    verifier.finish();
    ArcCheck check(verifier.chain());
    while (check.needs())
        check.take(test::found(record));
    return std::string(name_of(check.result()));
}

TEST(AnotherSealer, IsVerified)
{
    const std::string sealed_once = first_set + found_by_one + message;
    const std::string sealed_twice = second_set + found_by_two + sealed_once;
    EXPECT_EQ(seal_result(sealed_once), "pass");
    EXPECT_EQ(seal_result(sealed_twice), "pass");
    for (const auto& [from, to] : {std::pair("leading", "Leading"), std::pair("[list]", "[lost]"),
                                   std::pair("X-Seen: yes", "X-Seen: no"), std::pair("cv=pass", "cv=none"),
                                   std::pair("arc=pass", "arc=fail"), std::pair("i=1; a=", "i=1;  c=x; a=")})
        EXPECT_EQ(seal_result(test::changed(sealed_twice, from, to)), "fail") << to;
    EXPECT_EQ(seal_result(test::changed(sealed_twice, "two  spaces\t", "two spaces")), "pass");
}

} // namespace
} // namespace pillarbox::dkim
