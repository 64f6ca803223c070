#include "server/outbound/dmarc_report.hpp"

#include "server/base/ascii.hpp"
#include "server/mailauth/dmarc_facts.hpp"

#include <fmt/format.h>

#include <chrono>
#include <limits>

namespace pillarbox::outbound {

namespace {

using mailauth::DmarcFacts;
using mailauth::DmarcPolicy;
using Form = DmarcReports;

/// Text between tags. What has no place in XML, or is no ASCII, becomes '?'.
std::string escaped(std::string_view text)
{
    std::string out;
    for (const char c : text) {
        if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '&')
            out += "&amp;";
        else
            out += c < ' ' || c > '~' ? '?' : c;
    }
    return out;
}

/// Elements within one another, each on a line.
class Xml
{
public:
    void open(std::string_view name)
    {
        line(fmt::format("<{}>", name));
        ++depth_;
    }

    void close(std::string_view name)
    {
        --depth_;
        line(fmt::format("</{}>", name));
    }

    void element(std::string_view name, std::string_view text)
    {
        line(fmt::format("<{0}>{1}</{0}>", name, escaped(text)));
    }

    void line(std::string_view text)
    {
        text_.append(depth_ * 2, ' ');
        text_ += text;
        text_ += '\n';
    }

    std::string take() { return std::move(text_); }

private:
    std::string text_;
    std::size_t depth_ = 0;
};

std::string_view name_of(DmarcFacts::Disposition disposition, Form form)
{
    switch (disposition) {
    case DmarcFacts::Disposition::pass:
        return form == Form::rfc7489 ? "none" : "pass";
    case DmarcFacts::Disposition::quarantine:
        return "quarantine";
    case DmarcFacts::Disposition::reject:
        return "reject";
    case DmarcFacts::Disposition::none:
        break;
    }
    return "none";
}

void add_metadata(Xml& xml, const ReportLetter& letter, const storage::TallyDay& day, Form form)
{
    const auto begin = std::chrono::sys_seconds(std::chrono::days(day.day)).time_since_epoch().count();
    const auto end = std::chrono::sys_seconds(std::chrono::days(day.day + 1)).time_since_epoch().count() - 1;
    xml.open("report_metadata");
    xml.element("org_name", letter.organization);
    xml.element("email", letter.contact);
    xml.element("report_id", letter.id);
    xml.open("date_range");
    xml.element("begin", std::to_string(begin));
    xml.element("end", std::to_string(end));
    xml.close("date_range");
    if (day.left_out > 0)
        xml.element("error", fmt::format("{} messages that differ from all of these are left out: there are "
                                         "too many kinds of them",
                                         day.left_out));
    if (form == Form::rfc9990) xml.element("generator", "Pillarbox");
    xml.close("report_metadata");
}

void add_policy(Xml& xml, std::string_view domain, const mailauth::DmarcRecord& record, Form form)
{
    const DmarcPolicy below = record.subdomains.value_or(record.policy);
    xml.open("policy_published");
    xml.element("domain", domain);
    if (form == Form::rfc9990) {
        xml.element("discovery_method", "treewalk");
        xml.element("p", name_of(record.policy));
        xml.element("sp", name_of(below));
        xml.element("np", name_of(record.non_existent_subdomains.value_or(below)));
        xml.element("adkim", record.strict_dkim ? "s" : "r");
        xml.element("aspf", record.strict_spf ? "s" : "r");
        xml.element("testing", record.testing ? "y" : "n");
    } else {
        xml.element("adkim", record.strict_dkim ? "s" : "r");
        xml.element("aspf", record.strict_spf ? "s" : "r");
        xml.element("p", name_of(record.policy));
        xml.element("sp", name_of(below));
        xml.element("pct", "100");
        xml.element("fo", "0");
    }
    xml.close("policy_published");
}

void add_override(Xml& xml, DmarcFacts::Override overridden, Form form)
{
    const auto add = [&xml](std::string_view type, std::string_view comment) {
        xml.open("reason");
        xml.element("type", type);
        xml.element("comment", comment);
        xml.close("reason");
    };
    switch (overridden) {
    case DmarcFacts::Override::none:
        return;
    case DmarcFacts::Override::policy_test_mode:
        return add(form == Form::rfc9990 ? "policy_test_mode" : "other", "t=y");
    case DmarcFacts::Override::local_policy:
        return add("local_policy", "this server delivers what fails, or most of it");
    case DmarcFacts::Override::trusted_forwarder:
        return add("trusted_forwarder", "a chain of ARC is believed");
    }
}

void add_record(Xml& xml, const DmarcFacts& facts, std::uint64_t number, Form form)
{
    xml.open("record");
    xml.open("row");
    xml.element("source_ip", facts.source);
    xml.element("count", std::to_string(number));
    xml.open("policy_evaluated");
    xml.element("disposition", name_of(facts.disposition, form));
    xml.element("dkim", facts.dkim_aligned ? "pass" : "fail");
    xml.element("spf", facts.spf_aligned ? "pass" : "fail");
    add_override(xml, facts.overridden, form);
    xml.close("policy_evaluated");
    xml.close("row");
    xml.open("identifiers");
    xml.element("envelope_from", facts.envelope_from);
    xml.element("header_from", facts.header_from);
    xml.close("identifiers");
    xml.open("auth_results");
    for (const auto& signature : facts.signatures) {
        xml.open("dkim");
        xml.element("domain", signature.domain);
        xml.element("selector", signature.selector);
        xml.element("result", signature.result);
        xml.close("dkim");
    }
    xml.open("spf");
    xml.element("domain", facts.spf_domain);
    xml.element("scope", "mfrom"); // of a null path, too, that is what HELO stands for: RFC 7208 §2.4
    xml.element("result", facts.spf_result);
    xml.close("spf");
    xml.close("auth_results");
    xml.close("record");
}

} // namespace

std::string_view DmarcTarget::host() const
{
    return std::string_view(address).substr(address.rfind('@') + 1);
}

std::optional<DmarcTarget> parse_dmarc_target(std::string_view uri)
{
    DmarcTarget target;
    const auto mark = uri.rfind('!');
    if (mark != std::string_view::npos) {
        std::string_view size = uri.substr(mark + 1);
        uri = uri.substr(0, mark);
        constexpr std::string_view units = "kmgt"; // powers of 2^10
        constexpr unsigned bits = 10;
        unsigned shift = 0;
        if (!size.empty()) {
            const auto unit = units.find(ascii::lower(size.back()));
            if (unit != std::string_view::npos) {
                shift = bits * static_cast<unsigned>(unit + 1);
                size.remove_suffix(1);
            }
        }
        const auto number = ascii::parse_number<std::uint32_t>(size);
        if (!number || *number == 0) return std::nullopt;
        if (*number > std::numeric_limits<std::uint64_t>::max() >> shift) return std::nullopt;
        target.most_octets = std::uint64_t{*number} << shift;
    }
    target.address = mailto_address(uri);
    if (target.address.empty()) return std::nullopt;
    return target;
}

std::string dmarc_report(const ReportLetter& letter, const storage::TallyDay& day,
                         const mailauth::DmarcRecord& record, Form form)
{
    Xml xml;
    xml.line(R"(<?xml version="1.0" encoding="UTF-8"?>)");
    xml.open(form == Form::rfc9990 ? R"(feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0")" : "feedback");
    xml.element("version", "1.0");
    add_metadata(xml, letter, day, form);
    add_policy(xml, day.domain, record, form);
    for (const auto& tally : day.tallies)
        if (const auto facts = mailauth::parse_dmarc_facts(tally.facts))
            add_record(xml, *facts, tally.number, form);
    xml.close("feedback");
    return xml.take();
}

void attach_dmarc_report(ReportLetter& letter, const storage::TallyDay& day, std::string octets)
{
    letter.type = "multipart/mixed";
    letter.introduction = fmt::format("This is a report on messages to {1}\r\n"
                                      "that said they were from {0}, as _dmarc.{0} asks for it.\r\n",
                                      day.domain, letter.organization);
    letter.attachment_type = "application/gzip";
    letter.attachment_name =
        report_file_name(letter.organization, day.domain, day.day, letter.id) + ".xml.gz";
    letter.attachment = std::move(octets);
}

} // namespace pillarbox::outbound
