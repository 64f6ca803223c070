#include "web/api/answer.hpp"

#include "server/base/ascii.hpp"
#include "server/mime/date.hpp"
#include "web/api/text.hpp"

#include <algorithm>
#include <set>

namespace pillarbox::api {

namespace {

using Own = std::function<bool(const std::string&)>;
using People = std::vector<mime::Address>;

std::string shown(const mime::Address& person)
{
    if (person.name.empty()) return person.address;
    return person.address.empty() ? person.name : person.name + " <" + person.address + ">";
}

std::string shown(const mime::AddressList& people)
{
    std::string text;
    for (const auto& person : people.addresses)
        text += (text.empty() ? "" : ", ") + shown(person);
    return text;
}

std::string quote(std::string_view text)
{
    std::string quoted;
    while (!text.empty()) {
        const auto line = ascii::take_until(text, '\n');
        quoted += line.starts_with('>') ? ">" : line.empty() ? ">" : "> ";
        quoted.append(line).append("\n");
    }
    return quoted;
}

std::string dated(const mime::View& original)
{
    return original.date ? mime::format_date(original.date->time, original.date->offset) : std::string();
}

std::string introduction(const mime::View& original)
{
    const auto& from = original.from.addresses;
    const auto who = from.empty() ? std::string("somebody") : shown(from.front());
    const auto when = dated(original);
    return (when.empty() ? "" : "On " + when + ", ") + who + " wrote:\n";
}

std::string forwarded(const mime::View& original, std::string_view text)
{
    std::string out = "\n\n---------- Forwarded message ----------\n";
    out += "From: " + shown(original.from) + "\n";
    if (original.date) out += "Date: " + dated(original) + "\n";
    out += "Subject: " + original.subject + "\n";
    out += "To: " + shown(original.to) + "\n";
    if (!original.cc.addresses.empty()) out += "Cc: " + shown(original.cc) + "\n";
    return out.append("\n").append(text);
}

/// Adds those that are somebody else's, and that are not there yet.
void add_people(People& people, const mime::AddressList& list, std::set<std::string>& there, const Own& own)
{
    for (const auto& person : list.addresses) {
        const auto address = ascii::to_lower(person.address);
        if (address.empty() || own(address) || !there.insert(address).second) continue;
        people.push_back({person.name, person.address});
    }
}

mime::Address addressed(const mime::View& original, const Own& own)
{
    for (const auto* list : {&original.to, &original.cc, &original.from}) {
        const auto found = std::ranges::find_if(list->addresses, [&](const mime::Address& person) {
            return own(ascii::to_lower(person.address));
        });
        if (found != list->addresses.end()) return {found->name, found->address};
    }
    return {};
}

void thread(mime::NewMessage& answer, const mime::View& original)
{
    answer.in_reply_to = original.message_id;
    answer.references = original.references;
    // RFC 5322 §3.6.4: without References, In-Reply-To takes its place if it has one id.
    if (answer.references.empty() && !original.in_reply_to.empty())
        answer.references.push_back(original.in_reply_to);
    answer.references.push_back(original.message_id);
}

} // namespace

std::vector<std::string> addresses_in(const mime::View& original)
{
    std::set<std::string> all;
    for (const auto* list : {&original.from, &original.reply_to, &original.to, &original.cc}) {
        for (const auto& person : list->addresses)
            all.insert(ascii::to_lower(person.address));
    }
    return {all.begin(), all.end()};
}

mime::NewMessage begin_answer(const mime::View& original, std::string_view text, storage::DraftKind kind,
                              const Own& own)
{
    using storage::DraftKind;
    const bool cut = text.size() > most_quoted;
    std::string kept(cut_utf8(text, most_quoted));
    while (kept.ends_with('\n'))
        kept.pop_back();
    if (cut) kept += "\n[…]";

    mime::NewMessage answer;
    answer.from = addressed(original, own);
    if (kind == DraftKind::forward) {
        answer.subject = mime::prefix_subject("Fwd: ", original.subject);
        answer.text = forwarded(original, kept) + "\n";
        answer.references =
            original.references; // what is sent on begins another thread, and belongs to this one
        answer.references.push_back(original.message_id);
        return answer;
    }
    answer.subject = mime::prefix_subject("Re: ", original.subject);
    answer.text = "\n\n" + introduction(original) + quote(kept);
    thread(answer, original);

    std::set<std::string> there;
    const auto& author = original.reply_to.addresses.empty() ? original.from : original.reply_to;
    add_people(answer.to, author, there, own);
    // An answer to one's own letter goes to whom that went to.
    const bool to_own_letter = answer.to.empty();
    if (to_own_letter || kind == DraftKind::reply_all) add_people(answer.to, original.to, there, own);
    if (kind == DraftKind::reply_all) add_people(answer.cc, original.cc, there, own);
    return answer;
}

} // namespace pillarbox::api
