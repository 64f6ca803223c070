#include "server/pop3/texts.hpp"

#include "server/auth/login.hpp"
#include "server/mime/characters.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

namespace pillarbox::pop3 {
namespace {

constexpr auto languages = {Language::english, Language::german,  Language::french,
                            Language::spanish, Language::chinese, Language::japanese};

TEST(Texts, AreThereInEveryLanguage)
{
    ASSERT_EQ(languages.size(), language_count);
    for (std::size_t i = 0; i < text_count; ++i)
        for (const Language language : languages) {
            const std::string_view text = say(static_cast<Text>(i), language);
            SCOPED_TRACE(testing::Message() << i << ' ' << tag_of(language) << ": " << text);
            EXPECT_FALSE(text.empty());
            EXPECT_LE(text.size(), 400u); // of a line of 512 octets, RFC 1939 §3
            EXPECT_TRUE(mime::is_utf8(text));
            EXPECT_TRUE(std::none_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < ' '; }));
            // "[" would begin a response code, RFC 2449 §8.
            EXPECT_FALSE(text.starts_with('[') || text.starts_with(' ') || text.ends_with(' '));
        }
}

TEST(Texts, AreInAsciiBeforeAnyLanguageIsChosen)
{
    for (std::size_t i = 0; i < text_count; ++i) {
        const std::string_view text = say(static_cast<Text>(i), Language::english);
        EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }))
            << text;
    }
}

TEST(Texts, AreTranslated)
{
    for (std::size_t i = 0; i < text_count; ++i) {
        const auto text = static_cast<Text>(i);
        for (const Language language : languages) {
            if (language == Language::english) continue;
            if (text == Text::messages && language == Language::french) continue; // the same word
            EXPECT_NE(say(text, language), say(text, Language::english)) << tag_of(language);
        }
    }
}

TEST(Texts, SayOfASignInWhatOtherProtocolsSay)
{
    const auto message = [](auth::Failure failure) { return make_error_code(failure).message(); };
    EXPECT_EQ(say(Text::wrong_credentials, Language::english), message(auth::Failure::credentials));
    EXPECT_EQ(say(Text::throttled, Language::english), message(auth::Failure::throttled));
    EXPECT_EQ(say(Text::busy, Language::english), message(auth::Failure::busy));
}

TEST(Languages, AreFoundByLookup)
{
    struct Case
    {
        std::string_view range;
        std::optional<Language> language;
    };
    for (const Case& c : {
             Case{"en", Language::english},
             Case{"*", Language::english},
             Case{"de", Language::german},
             Case{"DE", Language::german},
             Case{"de-AT", Language::german},
             Case{"de-Latn-DE-1996", Language::german},
             Case{"fr", Language::french},
             Case{"es-419", Language::spanish},
             Case{"zh-Hans-CN", Language::chinese},
             Case{"ja", Language::japanese},
             Case{"uga", std::nullopt},
             Case{"d", std::nullopt},
             Case{"deu", std::nullopt},
             Case{"de en", std::nullopt},
             Case{"-de", std::nullopt},
             Case{"-", std::nullopt},
             Case{"**", std::nullopt},
             Case{"", std::nullopt},
         })
        EXPECT_EQ(find_language(c.range), c.language) << c.range;
    for (const Language language : languages)
        EXPECT_EQ(find_language(tag_of(language)), language);
}

} // namespace
} // namespace pillarbox::pop3
