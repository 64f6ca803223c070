#include "web/api/draft_message.hpp"

#include "server/base/random.hpp"
#include "server/mailflow/summary.hpp"
#include "server/mime/flowed.hpp"
#include "server/mime/html_text.hpp"
#include "server/mime/summary.hpp"
#include "server/mime/transfer_encoder.hpp"
#include "server/net/offload.hpp"
#include "web/api/text.hpp"

#include <utility>

namespace pillarbox::api {

using storage::Result;

namespace {

constexpr std::size_t most_encoded_text = 2 * most_draft_text; // octets read for it
constexpr std::size_t piece_octets = std::size_t{64} * 1024;   // of an upload at once

/// What is no address yet stands in the draft as a name.
std::vector<mime::Address> people_of(const mime::AddressList& list)
{
    std::vector<mime::Address> people;
    for (const auto& person : list.addresses) {
        if (person.address.empty())
            people.push_back({{}, person.name});
        else
            people.push_back({person.name, person.address});
    }
    return people;
}

/// Whether the part may be copied with its header: it was encoded for mail, and
/// is not the whole message, whose header says more.
bool is_ready(const mime::Part& part)
{
    return part.parent >= 0 &&
           (part.encoding == mime::Encoding::base64 || part.encoding == mime::Encoding::quoted_printable);
}

awaitable<Result<void>> copy(http::Source& source, storage::Spool& spool)
{
    while (true) {
        const auto piece = co_await source.next();
        if (!piece) co_return piece.error();
        if (piece->empty()) break;
        const auto appended = spool.append(*piece);
        if (!appended) co_return appended;
    }
    co_return boost::system::in_place_value;
}

awaitable<Result<void>> encode(http::Source& source, storage::Spool& spool)
{
    mime::Base64Writer writer;
    std::string out;
    while (true) {
        const auto piece = co_await source.next();
        if (!piece) co_return piece.error();
        if (piece->empty()) break;
        out.clear();
        writer.feed(*piece, out);
        const auto appended = spool.append(out);
        if (!appended) co_return appended;
    }
    out.clear();
    writer.finish(out);
    co_return spool.append(out);
}

Result<void> encode(const storage::Spool& upload, storage::Spool& spool)
{
    mime::Base64Writer writer;
    std::string out;
    for (std::uint64_t at = 0; at < upload.size(); at += piece_octets) {
        const auto piece = upload.read(at, piece_octets);
        if (!piece) return piece.error();
        out.clear();
        writer.feed(*piece, out);
        const auto appended = spool.append(out);
        if (!appended) return appended;
    }
    out.clear();
    writer.finish(out);
    return spool.append(out);
}

awaitable<Result<void>> write_file(storage::Mail& mail, boost::asio::thread_pool& pool, const DraftFile& file,
                                   storage::Spool& spool)
{
    if (file.upload) {
        const auto headed = spool.append(mime::attachment_header(file.about));
        if (!headed) co_return headed;
        auto work = [&upload = *file.upload, &spool] { return encode(upload, spool); };
        const auto encoded = co_await net::offload(pool, std::move(work));
        co_return encoded;
    }
    auto reader = co_await mail.open(*file.message);
    if (!reader) co_return reader.error();
    if (is_ready(file.part)) {
        RawSource source(std::move(*reader), file.part.header_begin, file.part.body_end);
        const auto copied = co_await copy(source, spool);
        co_return copied;
    }
    const auto headed = spool.append(mime::attachment_header(file.about));
    if (!headed) co_return headed;
    PartSource source(std::move(*reader), file.part.body_begin, file.part.body_end, file.part.encoding);
    const auto encoded = co_await encode(source, spool);
    co_return encoded;
}

} // namespace

DraftFile file_of(storage::MessageId message, const mime::Structure& structure,
                  const mime::Attachment& attachment)
{
    const auto& part = structure.parts[attachment.part];
    return {.about = {attachment.name, attachment.type, part.charset}, .message = message, .part = part};
}

awaitable<Result<std::string>> read_text(storage::Mail& mail, storage::MessageId message,
                                         const mime::Structure& structure)
{
    const auto view = mime::view(structure);
    const auto index = view.text_part ? view.text_part : view.html_part;
    if (!index) co_return std::string();
    const auto& part = structure.parts[*index];
    const auto reader = co_await mail.open(message);
    if (!reader) co_return reader.error();
    const auto octets = co_await read_range(**reader, part.body_begin, part.body_end, most_encoded_text);
    if (!octets) co_return octets.error();
    std::string text = mime::decode_text_part(part, *octets);
    if (!view.text_part)
        text = mime::html_to_text(text, most_draft_text);
    else if (part.flowed)
        text = mime::unflow(text, part.delete_space);
    else
        text = mime::unix_lines(text);
    co_return std::string(cut_utf8(text, most_draft_text));
}

awaitable<Result<mime::NewMessage>> read_draft(storage::Mail& mail, storage::MessageId message,
                                               const mime::Structure& structure)
{
    auto text = co_await read_text(mail, message, structure);
    if (!text) co_return text.error();
    auto view = mime::view(structure);
    mime::NewMessage draft;
    const auto from = people_of(view.from);
    if (!from.empty()) draft.from = from.front();
    draft.to = people_of(view.to);
    draft.cc = people_of(view.cc);
    draft.bcc = people_of(view.bcc);
    draft.subject = std::move(view.subject);
    draft.text = std::move(*text);
    if (draft.text.ends_with('\n')) draft.text.pop_back(); // flow() ends the last line
    if (view.date) draft.date = view.date->time;
    draft.message_id = std::move(view.message_id);
    draft.in_reply_to = std::move(view.in_reply_to);
    draft.references = std::move(view.references);
    co_return draft;
}

std::uint64_t octets_of(const std::vector<DraftFile>& files)
{
    std::uint64_t octets = 0;
    for (const auto& file : files)
        octets += file.upload ? file.upload->size()
                              : mime::decoded_size_estimate(file.part.encoding, file.part.size());
    return octets;
}

awaitable<Result<storage::NewDraft>> write_draft(storage::Mail& mail, boost::asio::thread_pool& pool,
                                                 mime::NewMessage message, std::vector<DraftFile> files)
{
    constexpr std::size_t boundary_letters = 24;
    storage::NewDraft draft;
    draft.body = mail.new_spool();
    const auto boundary = files.empty() ? std::string() : mime::boundary_of(random_name(boundary_letters));
    const auto begun = draft.body->append(mime::begin_message(message, boundary));
    if (!begun) co_return begun.error();
    for (const auto& file : files) {
        const auto parted = draft.body->append(mime::begin_part(boundary));
        if (!parted) co_return parted.error();
        const auto written = co_await write_file(mail, pool, file, *draft.body);
        if (!written) co_return written.error();
    }
    if (!files.empty()) {
        const auto ended = draft.body->append(mime::end_message(boundary));
        if (!ended) co_return ended.error();
    }
    const auto head = draft.body->read(0, mime::most_summary_octets);
    if (!head) co_return head.error();
    draft.summary = mailflow::summary_of(*head);
    co_return draft;
}

} // namespace pillarbox::api
