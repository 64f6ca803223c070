#pragma once

#include "server/dkim/verifier.hpp"

#include <string>
#include <string_view>

/// What the RFCs print, to be verified; and ways to do so.
namespace pillarbox::dkim::test {

/// RFC 8463 A.2: both public keys.
inline constexpr std::string_view ed25519_record =
    "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
inline constexpr std::string_view rsa_record =
    "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR"
    "iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC"
    "DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3"
    "Ip3G+2kryOTIKT+l/K4w3QIDAQAB";

/// RFC 8463 A.3: the signatures, and what they sign.
inline constexpr std::string_view ed25519_signature =
    "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
    " d=football.example.com; i=@football.example.com;\r\n"
    " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
    " subject : date : message-id : from : subject : date;\r\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
    " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n";
inline constexpr std::string_view rsa_signature =
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
    " d=football.example.com; i=@football.example.com;\r\n"
    " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
    " date : message-id : from : subject : date;\r\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    " b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n"
    " DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n"
    " dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r\n";
inline constexpr std::string_view message = "From: Joe SixPack <joe@football.example.com>\r\n"
                                            "To: Suzie Q <suzie@shopping.example.net>\r\n"
                                            "Subject: Is dinner ready?\r\n"
                                            "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
                                            "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
                                            "\r\n"
                                            "Hi.\r\n"
                                            "\r\n"
                                            "We lost the game.  Are you hungry yet?\r\n"
                                            "\r\n"
                                            "Joe.\r\n";

/// RFC 6376 A.2, simple/simple, and the key of its appendix C.
inline constexpr std::string_view simple_signed =
    "DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n"
    "      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n"
    "      h=Received : From : To : Subject : Date : Message-ID;\r\n"
    "      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    "      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\r\n"
    "        4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\r\n"
    "        KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\r\n"
    "        4bmp/YzhwvcubU4=;\r\n"
    "Received: from client1.football.example.com  [192.0.2.1]\r\n"
    "      by submitserver.example.com with SUBMISSION;\r\n"
    "      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\r\n"
    "From: Joe SixPack <joe@football.example.com>\r\n"
    "To: Suzie Q <suzie@shopping.example.net>\r\n"
    "Subject: Is dinner ready?\r\n"
    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
    "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
    "\r\n"
    "Hi.\r\n"
    "\r\n"
    "We lost the game. Are you hungry yet?\r\n"
    "\r\n"
    "Joe.\r\n";
inline constexpr std::string_view simple_record =
    "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYt"
    "IxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhi"
    "tdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB";

/// When the signatures of RFC 8463 were made.
inline constexpr std::chrono::sys_seconds then{std::chrono::seconds(1528637909)};

/// The answer that a name has one record.
inline KeyAnswer found(std::string_view record)
{
    return {KeyAnswer::Kind::found, {std::string(record)}};
}

inline KeyAnswers rfc_keys()
{
    return {{"brisbane._domainkey.football.example.com", found(ed25519_record)},
            {"test._domainkey.football.example.com", found(rsa_record)}};
}

/// Verifies a message that comes in pieces of so many octets.
inline std::vector<Result> verify(std::string_view text, const KeyAnswers& keys,
                                  std::chrono::sys_seconds now = then, std::size_t piece = 1 << 20)
{
    Verifier verifier(now);
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
        verifier.add(text.substr(0, piece));
    verifier.finish();
    return verifier.judge(keys);
}

/// `text` with the first `from` replaced.
inline std::string changed(std::string_view text, std::string_view from, std::string_view to)
{
    std::string out(text);
    out.replace(out.find(from), from.size(), to);
    return out;
}

/// "pass", or the outcome and why.
inline std::string told(const Result& result)
{
    return std::string(name_of(result.outcome)) + (result.why.empty() ? "" : ": " + result.why);
}

} // namespace pillarbox::dkim::test
