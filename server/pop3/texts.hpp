#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

/// What a session says to people, in the languages of LANG (RFC 6856 §3).
/// Response codes, numbers and listings are no texts: programs read them.
namespace pillarbox::pop3 {

enum class Language
{
    english, // what a session begins with: clients know its wordings
    german,
    french,
    spanish,
    chinese,
    japanese
};

inline constexpr std::size_t language_count = 6;

enum class Text
{
    // AUTHORIZATION
    send_pass,
    send_user_first,
    use_tls_first,
    no_such_mechanism,
    authentication_cancelled,
    mechanism_misused,
    stls_unavailable,
    begin_tls,
    wrong_credentials,
    throttled,
    busy,
    in_use,
    login_delay,
    no_such_view,
    maildrop_unavailable,
    utf8_mode,
    // TRANSACTION and UPDATE
    messages, // a number stands in front
    none_marked,
    no_such_message,
    message_unavailable,
    needs_utf8,
    top_follows,
    marked,
    maildrop_unreadable,
    deleted_bye,
    not_all_removed,
    // any state
    bye,
    store_failed,
    shutting_down,
    log_in_first,
    logged_in_already,
    line_too_long,
    line_end_wrong,
    nul_octet,
    unknown_command,
    bad_arguments,
    capabilities_follow,
    mechanisms_follow,
    languages_follow,
    language_changed,
    no_such_language // the last one
};

inline constexpr std::size_t text_count = static_cast<std::size_t>(Text::no_such_language) + 1;

/// The text, in UTF-8; that of English is in ASCII.
std::string_view say(Text text, Language language);

/// The tag of RFC 5646, "de".
std::string_view tag_of(Language language);

/// What the language calls itself, "Deutsch".
std::string_view name_of(Language language);

/// The language that a basic language range asks for, by lookup (RFC 4647
/// §3.4): "de-AT" gets German. "*" is English. Nothing when there is none.
std::optional<Language> find_language(std::string_view range);

} // namespace pillarbox::pop3
