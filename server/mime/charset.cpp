#include "server/mime/charset.hpp"

#include "server/base/ascii.hpp"
#include "server/mime/characters.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <string>

namespace pillarbox::mime {

namespace {

struct Charset
{
    std::string_view name;  // as mail has it, lower case
    const char* iconv_name; // nullptr: converted here
};

// Supersets where senders say one and mean the other, as the WHATWG's encoding
// standard has them. ISO-2022-CN is left out: its converter had overflows.
constexpr std::array charsets{
    Charset{"big5", "BIG5-HKSCS"},
    Charset{"big5-hkscs", "BIG5-HKSCS"},
    Charset{"cp1250", "CP1250"},
    Charset{"cp1251", "CP1251"},
    Charset{"cp1253", "CP1253"},
    Charset{"cp1254", "CP1254"},
    Charset{"cp1255", "CP1255"},
    Charset{"cp1256", "CP1256"},
    Charset{"cp1257", "CP1257"},
    Charset{"cp1258", "CP1258"},
    Charset{"cp437", "CP437"},
    Charset{"cp850", "CP850"},
    Charset{"cp866", "CP866"},
    Charset{"cp932", "CP932"},
    Charset{"cp936", "GB18030"},
    Charset{"cp949", "UHC"},
    Charset{"euc-jp", "EUC-JP"},
    Charset{"euc-kr", "UHC"},
    Charset{"gb18030", "GB18030"},
    Charset{"gb2312", "GB18030"},
    Charset{"gbk", "GB18030"},
    Charset{"ibm437", "CP437"},
    Charset{"ibm850", "CP850"},
    Charset{"ibm866", "CP866"},
    Charset{"iso-2022-jp", "ISO-2022-JP-3"},
    Charset{"iso-2022-kr", "ISO-2022-KR"},
    Charset{"iso-8859-10", "ISO-8859-10"},
    Charset{"iso-8859-11", "CP874"},
    Charset{"iso-8859-13", "ISO-8859-13"},
    Charset{"iso-8859-14", "ISO-8859-14"},
    Charset{"iso-8859-15", "ISO-8859-15"},
    Charset{"iso-8859-16", "ISO-8859-16"},
    Charset{"iso-8859-2", "ISO-8859-2"},
    Charset{"iso-8859-3", "ISO-8859-3"},
    Charset{"iso-8859-4", "ISO-8859-4"},
    Charset{"iso-8859-5", "ISO-8859-5"},
    Charset{"iso-8859-6", "ISO-8859-6"},
    Charset{"iso-8859-7", "ISO-8859-7"},
    Charset{"iso-8859-8", "ISO-8859-8"},
    Charset{"iso-8859-8-i", "ISO-8859-8"},
    Charset{"iso-8859-9", "CP1254"},
    Charset{"koi8-r", "KOI8-R"},
    Charset{"koi8-u", "KOI8-U"},
    Charset{"ks_c_5601-1987", "UHC"},
    Charset{"latin2", "ISO-8859-2"},
    Charset{"macintosh", "MACINTOSH"},
    Charset{"shift-jis", "CP932"},
    Charset{"shift_jis", "CP932"},
    Charset{"sjis", "CP932"},
    Charset{"tis-620", "CP874"},
    Charset{"utf-16", "UTF-16"},
    Charset{"utf-16be", "UTF-16BE"},
    Charset{"utf-16le", "UTF-16LE"},
    Charset{"utf-32", "UTF-32"},
    Charset{"utf-7", "UTF-7"},
    Charset{"viscii", "VISCII"},
    Charset{"windows-1250", "CP1250"},
    Charset{"windows-1251", "CP1251"},
    Charset{"windows-1253", "CP1253"},
    Charset{"windows-1254", "CP1254"},
    Charset{"windows-1255", "CP1255"},
    Charset{"windows-1256", "CP1256"},
    Charset{"windows-1257", "CP1257"},
    Charset{"windows-1258", "CP1258"},
    Charset{"windows-31j", "CP932"},
    Charset{"windows-874", "CP874"},
};

constexpr std::array<std::string_view, 3> utf8_names{"utf-8", "utf8", "unicode-1-1-utf-8"};
constexpr std::array<std::string_view, 6> western_names{"iso-8859-1", "iso8859-1",    "latin1",
                                                        "iso_8859-1", "windows-1252", "cp1252"};
// Text said to be ASCII is looked at: with eighth bits it is something else.
constexpr std::array<std::string_view, 4> ascii_names{"us-ascii", "ascii", "ansi_x3.4-1968", "iso646-us"};

const char* iconv_name(std::string_view name)
{
    for (const Charset& charset : charsets) {
        if (ascii::equal(charset.name, name)) return charset.iconv_name;
    }
    return nullptr;
}

// What ISO-8859-1 is in mail, too: octets 80 to 9F are never meant as controls.
std::string from_windows_1252(std::string_view text)
{
    static constexpr std::array<char32_t, 32> upper{
        0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        append_utf8(out, octet >= 0x80 && octet < 0xA0 ? upper[octet - 0x80U] : octet);
    }
    return out;
}

class Converter
{
public:
    explicit Converter(const char* from) : handle_(iconv_open("UTF-8", from)) {}
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;
    ~Converter()
    {
        if (good()) iconv_close(handle_);
    }

    bool good() const { return reinterpret_cast<std::intptr_t>(handle_) != -1; }

    std::string convert(std::string_view text)
    {
        std::string out;
        std::string input{text}; // iconv's signature is not const
        char* from = input.data();
        std::size_t left = input.size();
        while (left > 0) {
            if (run(&from, &left, out)) break;
            append_utf8(out, 0xFFFD);
            if (errno == EINVAL) break; // cut short at the end
            ++from;
            --left;
        }
        run(nullptr, nullptr, out);
        return out;
    }

private:
    // False when iconv stopped at something it cannot convert.
    bool run(char** from, std::size_t* left, std::string& out)
    {
        std::array<char, 4096> buffer{};
        for (;;) {
            char* to = buffer.data();
            std::size_t room = buffer.size();
            const std::size_t result = iconv(handle_, from, left, &to, &room);
            const int error = errno;
            out.append(buffer.data(), buffer.size() - room);
            if (result != static_cast<std::size_t>(-1)) return true;
            if (error != E2BIG) {
                errno = error;
                return false;
            }
        }
    }

    iconv_t handle_;
};

std::string guess(std::string_view text)
{
    return is_utf8(text) ? std::string{text} : from_windows_1252(text);
}

} // namespace

std::string to_utf8(std::string_view text, std::string_view charset)
{
    if (charset.empty()) return guess(text);
    if (is_one_of(utf8_names, charset)) return scrub_utf8(text);
    if (is_one_of(western_names, charset)) return from_windows_1252(text);
    if (is_one_of(ascii_names, charset)) return guess(text);
    const char* name = iconv_name(charset);
    if (name == nullptr) return guess(text);
    Converter converter{name};
    // A system without that converter still shows what it can.
    return converter.good() ? scrub_utf8(converter.convert(text)) : guess(text);
}

bool is_known_charset(std::string_view charset)
{
    return is_one_of(utf8_names, charset) || is_one_of(western_names, charset) ||
           is_one_of(ascii_names, charset) || iconv_name(charset) != nullptr;
}

} // namespace pillarbox::mime
