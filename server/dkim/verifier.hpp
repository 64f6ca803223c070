#pragma once

#include "server/dkim/arc_chain.hpp"
#include "server/dkim/body_hashes.hpp"
#include "server/dkim/key_answer.hpp"
#include "server/dkim/message.hpp"
#include "server/dkim/signature.hpp"
#include "server/mime/header.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// DKIM, RFC 6376: signing and verifying. Pure: it asks nobody and knows no clock.
namespace pillarbox::dkim {

/// What became of one signature: RFC 6376 §6.1, in the words of RFC 8601 §2.7.1.
struct Result
{
    Outcome outcome = Outcome::neutral;
    std::string why{};       // other than pass: in words for people
    std::string domain{};    // d=, as DNS has it; this and the rest as far as it could be read
    std::string selector{};  // s=
    std::string identity{};  // i=, or what stands for it; printable ASCII
    std::string algorithm{}; // a=, in lower case
    std::string beginning{}; // the first 8 characters of b=, which tell signatures apart: RFC 8601 §2.7.1
    bool testing = false;    // its key is marked so (t=y): it counts for nothing, RFC 6376 §3.6.1
};

/// Verifies the signatures of one message:
///
///     dkim::Verifier verifier(now);
///     ...                                      verifier.add(piece), until there is none
///     verifier.finish();
///     for (const auto& name : verifier.key_names())
///         ...                                  keys[name] = what its TXT records are
///     const auto results = verifier.judge(keys);
///
/// It keeps the header section and no more. Hashing a large body takes long:
/// that is for net::offload. judge() takes some 0.1 ms a signature.
class Verifier
{
public:
    static constexpr std::size_t most_signatures = 5; // more are not looked at

    /// `now` is what x= is compared with.
    explicit Verifier(std::chrono::sys_seconds now) : now_(now) {}
    Verifier(const Verifier&) = delete;
    Verifier& operator=(const Verifier&) = delete;

    /// The next octets of the message, as it came: without trace fields of ours.
    void add(std::string_view octets);

    /// The message is over. Once.
    void finish();

    /// Where the keys are that are needed to tell, each name once: none for a
    /// signature that is malformed, expired or of another body.
    std::vector<std::string> key_names() const;

    /// One result for each signature, from the top; none when there is none, or
    /// the header section is longer than mail may have it. A name that was not
    /// answered counts as unknown.
    std::vector<Result> judge(const KeyAnswers& keys) const;

    /// How many signatures there are beyond those that are looked at.
    std::size_t passed_over() const { return passed_over_; }

    /// What those who passed the message on say of it, RFC 8617. After finish().
    const ArcChain& chain() const { return chain_; }

private:
    struct Candidate
    {
        Result result;                      // what is known of it
        std::optional<Signature> signature; // when all depends on its key
        std::string own_field{};            // without the value of b=
        std::size_t body = 0;               // in bodies_
    };

    void read_head();
    Candidate candidate_of(const mime::Field& field);
    Result judge(const Candidate& candidate, const KeyAnswers& keys) const;

    std::chrono::sys_seconds now_;
    HeadSplitter splitter_;
    mime::Header header_; // of the splitter's text
    std::vector<Candidate> candidates_;
    ArcChain chain_;
    BodyHashes bodies_;
    std::size_t passed_over_ = 0;
};

} // namespace pillarbox::dkim
