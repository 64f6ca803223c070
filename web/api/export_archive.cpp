#include "web/api/export_archive.hpp"

#include "server/mime/characters.hpp"
#include "server/mime/date.hpp"
#include "server/mime/encoded_word.hpp"
#include "server/mime/header.hpp"
#include "web/api/text.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

namespace pillarbox::api {

namespace {

constexpr std::size_t longest_file_subject = 80; // octets, of a file's name
constexpr std::size_t longest_folder = 200;      // likewise

/// A part of a path that every system takes, and that leads nowhere else.
std::string safe_name(std::string_view text, std::size_t most)
{
    std::string name;
    for (const char c : text) {
        const bool unsafe = static_cast<unsigned char>(c) < ' ' || c == '\x7f' ||
                            std::string_view("/\\:*?\"<>|").find(c) != std::string_view::npos;
        name += unsafe ? '_' : c;
    }
    name = cut_utf8(name, most);
    while (!name.empty() && (name.back() == '.' || name.back() == ' '))
        name.pop_back(); // Windows drops them
    if (!name.empty() && name.front() == '.') name.front() = '_';
    return name;
}

/// "Projects/Alpha": a folder within a folder.
std::string folder_of(std::string_view mailbox)
{
    std::string folder;
    while (!mailbox.empty()) {
        const auto end = std::min(mailbox.find('/'), mailbox.size());
        const auto name = safe_name(mailbox.substr(0, end), longest_folder);
        folder += (name.empty() ? "_" : name) + "/";
        mailbox.remove_prefix(std::min(end + 1, mailbox.size()));
    }
    return folder;
}

std::string subject_of(std::string_view head)
{
    return mime::one_line(mime::decode_text(mime::Header(head).value("Subject")), longest_file_subject);
}

} // namespace

void MboxArchive::begin(const storage::Leaving& message, std::string_view, std::string_view head,
                        std::string& out)
{
    out += transfer::MboxQuoter::begin(head, message.received, message.flags);
}

void MboxArchive::append(std::string_view octets, std::string& out)
{
    quoter_.append(octets, out);
}

void MboxArchive::finish(std::string& out)
{
    quoter_.finish(out);
}

void MboxArchive::end(std::string_view missing, storage::Time now, std::string& out)
{
    if (missing.empty()) return;
    out += transfer::MboxQuoter::begin({}, now, 0);
    append(
        fmt::format("From: Pillarbox <MAILER-DAEMON@{}>\r\nSubject: Some messages could not be exported\r\n"
                    "Date: {}\r\nMIME-Version: 1.0\r\n"
                    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
                    hostname_, mime::format_date(now)),
        out);
    append(missing, out);
    finish(out);
}

void ZipArchive::begin(const storage::Leaving& message, std::string_view mailbox, std::string_view head,
                       std::string& out)
{
    auto subject = safe_name(subject_of(head), longest_file_subject);
    if (subject.empty()) subject = "(no subject)";
    zip_.begin(
        fmt::format("{}{:%Y-%m-%d} {} ({}).eml", folder_of(mailbox), message.received, subject, message.uid),
        message.received, out);
}

void ZipArchive::append(std::string_view octets, std::string& out)
{
    zip_.append(octets, out);
}

void ZipArchive::finish(std::string& out)
{
    zip_.finish(out);
}

void ZipArchive::end(std::string_view missing, storage::Time now, std::string& out)
{
    if (!missing.empty()) {
        zip_.begin("Not exported.txt", now, out);
        zip_.append(missing, out);
        zip_.finish(out);
    }
    zip_.end(out);
}

} // namespace pillarbox::api
