#include "tests/transcripts/runner/provider.hpp"

#include "tests/support/token_maker.hpp"

#include <chrono>

namespace pillarbox::transcripts::provider {

namespace {

const test::TokenMaker& maker()
{
    static const test::TokenMaker one(test::TokenMaker::Key::ed25519);
    return one;
}

} // namespace

std::string key_set()
{
    return maker().key_set();
}

std::string token_for(std::string_view address, bool expired)
{
    using std::chrono::seconds;
    const auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now().time_since_epoch());
    const auto expiry = now + (expired ? -std::chrono::hours(1) : std::chrono::hours(1));
    std::string claims = R"({"iss":")";
    claims += issuer;
    claims += R"(","aud":")";
    claims += audience;
    claims += R"(","email":")";
    claims += address;
    claims += R"(","scope":"openid mail","exp":)" + std::to_string(expiry.count()) + '}';
    return maker().token(claims);
}

} // namespace pillarbox::transcripts::provider
