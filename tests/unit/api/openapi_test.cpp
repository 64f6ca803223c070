#include "tests/unit/api/site_test.hpp"

#include "web/api/openapi.hpp"
#include "web/http/message.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <set>

namespace pillarbox::api {
namespace {

namespace json = boost::json;

class OpenApiTest : public SiteTest
{
protected:
    const json::value description = json::parse(openapi());

    const json::object& schema(const json::object& given) const
    {
        const auto* reference = given.if_contains("$ref");
        if (!reference) return given;
        const std::string name(reference->as_string());
        return description.at("components").at("schemas").at(name.substr(name.rfind('/') + 1)).as_object();
    }

    static bool fits_type(const json::value& value, std::string_view type)
    {
        if (type == "object") return value.is_object();
        if (type == "array") return value.is_array();
        if (type == "string") return value.is_string();
        if (type == "integer") return value.is_int64() || value.is_uint64();
        if (type == "boolean") return value.is_bool();
        return type == "null" && value.is_null();
    }

    /// What in `value` is not as the description has it; empty when all is.
    std::string compare(const json::value& value, const json::object& given, const std::string& at) const
    {
        const auto& wanted = schema(given);
        const auto& type = wanted.at("type");
        bool fits = false;
        if (const auto* several = type.if_array()) {
            for (const auto& one : *several)
                fits = fits || fits_type(value, one.as_string());
        } else {
            fits = fits_type(value, type.as_string());
        }
        if (!fits) return at + " is of another type";
        if (const auto* values = wanted.if_contains("enum")) {
            bool found = false;
            for (const auto& one : values->as_array())
                found = found || one == value;
            if (!found) return at + " is none of the values";
        }
        if (value.is_array()) {
            for (const auto& item : value.as_array()) {
                const auto fault = compare(item, wanted.at("items").as_object(), at + "[]");
                if (!fault.empty()) return fault;
            }
        }
        if (!value.is_object() || !wanted.contains("properties")) return {};
        const auto& properties = wanted.at("properties").as_object();
        for (const auto& member : value.as_object()) {
            const auto* property = properties.if_contains(member.key());
            const auto name = at + "." + std::string(member.key());
            if (!property) return name + " is not described";
            const auto fault = compare(member.value(), property->as_object(), name);
            if (!fault.empty()) return fault;
        }
        if (const auto* required = wanted.if_contains("required")) {
            for (const auto& name : required->as_array())
                if (!value.as_object().contains(name.as_string()))
                    return at + "." + std::string(name.as_string()) + " is missing";
        }
        return {};
    }

    void check(std::string_view method, const std::string& path, const Reply& reply)
    {
        const auto& operation = description.at("paths").at(path).at(method);
        const auto* response =
            operation.at("responses").as_object().if_contains(std::to_string(reply.status));
        ASSERT_TRUE(response) << method << " " << path << " answers " << reply.status
                              << ", which is not described";
        const auto* content = response->as_object().if_contains("content");
        if (!content) {
            EXPECT_TRUE(reply.body.empty()) << method << " " << path;
            return;
        }
        const std::string type(reply.field("Content-Type").substr(0, reply.field("Content-Type").find(';')));
        const auto* media = content->as_object().if_contains(type);
        ASSERT_TRUE(media) << method << " " << path << " answers " << type;
        if (type.ends_with("json"))
            EXPECT_EQ(compare(reply.json(), media->at("schema").as_object(), "$"), "")
                << method << " " << path << "\n"
                << reply.body;
    }
};

TEST_F(OpenApiTest, DescribesTheRoutesThereAre)
{
    std::set<std::string> described;
    for (const auto& path : description.at("paths").as_object()) {
        for (const auto& operation : path.value().as_object())
            described.insert(std::string(operation.key()) + " " + std::string(path.key()));
    }
    std::set<std::string> served;
    for (const auto& route : site_->router().routes()) {
        std::string method = route.method;
        for (char& c : method)
            c = static_cast<char>(c - 'A' + 'a');
        served.insert(method + " " + route.pattern);

        const auto& operation = description.at("paths").at(route.pattern).at(method).as_object();
        const bool everybody = route.access == http::Access::open || route.access == http::Access::published;
        const bool in_person = route.access == http::Access::in_person;
        EXPECT_EQ(operation.contains("security"), everybody || in_person) << route.pattern;
        if (everybody) EXPECT_TRUE(operation.at("security").as_array().empty()) << route.pattern;
        std::set<std::string> parameters;
        if (const auto* list = operation.if_contains("parameters")) {
            for (const auto& one : list->as_array())
                if (one.at("in").as_string() == "path")
                    parameters.insert("{" + std::string(one.at("name").as_string()) + "}");
        }
        for (const auto& name : parameters)
            EXPECT_NE(route.pattern.find(name), std::string::npos) << route.pattern;
        EXPECT_EQ(parameters.size(), static_cast<std::size_t>(std::ranges::count(route.pattern, '{')))
            << route.pattern;
    }
    EXPECT_EQ(described, served);
}

TEST_F(OpenApiTest, AnswersToAdministratorsAreAsDescribed)
{
    const auto ask_and_check = [&](std::string_view method, const std::string& pattern,
                                   const std::string& target, std::string_view body = {}) {
        std::string upper(method);
        for (char& c : upper)
            c = static_cast<char>(c - 'a' + 'A');
        check(method, pattern, ask(as("alice", upper, target, body)));
    };
    const std::string admin = "/api/v1/admin/";
    for (const std::string what : {"overview", "accounts", "domains", "aliases", "queue", "suppressed"})
        ask_and_check("get", admin + what, admin + what); // 403
    ASSERT_TRUE(run(store_->accounts().set_admin("alice@example.org", true)));
    storage::Delivery delivery;
    delivery.body = store_->mail().new_spool();
    ASSERT_TRUE(delivery.body->append("Subject: x\r\n\r\ntext\r\n"));
    delivery.forward_to = {{.recipient = "dora@example.net"}};
    ASSERT_TRUE(run(store_->mail().deliver(std::move(delivery))));
    ask_and_check("post", admin + "domains", admin + "domains", R"({"name":"example.net"})");
    ask_and_check("post", admin + "domains", admin + "domains", R"({"name":"example.net"})");
    ask_and_check("post", admin + "domains", admin + "domains", R"({"name":"-"})");
    ask_and_check("patch", admin + "domains/{name}", admin + "domains/example.net", R"({"quota":1})");
    ask_and_check("post", admin + "aliases", admin + "aliases",
                  R"({"address":"a@example.net","targets":["bob@example.org"],"until":"2026-12-31"})");
    ask_and_check("patch", admin + "aliases/{address}", admin + "aliases/a@example.net",
                  R"({"enabled":false})");
    for (const std::string what : {"overview", "accounts", "domains", "aliases", "queue", "suppressed"})
        ask_and_check("get", admin + what, admin + what);
    ask_and_check("delete", admin + "aliases/{address}", admin + "aliases/a@example.net");
    ask_and_check("delete", admin + "domains/{name}", admin + "domains/example.net");
    ask_and_check("delete", admin + "domains/{name}", admin + "domains/example.org");
    ask_and_check("post", admin + "accounts", admin + "accounts", R"({"address":"dora@example.org"})");
    ask_and_check("post", admin + "accounts", admin + "accounts", R"({"address":"dora@example.org"})");
    const auto dora = std::to_string(static_cast<int>(run(store_->accounts().find("dora@example.org"))->id));
    ask_and_check("patch", admin + "accounts/{id}", admin + "accounts/" + dora, R"({"quota":1})");
    ask_and_check("post", admin + "accounts/{id}/password", admin + "accounts/" + dora + "/password", "{}");
    ask_and_check("delete", admin + "accounts/{id}", admin + "accounts/" + dora);
    ask_and_check("delete", admin + "accounts/{id}", admin + "accounts/" + dora);
    const auto entry = get("alice", admin + "queue").json().at("items").as_array().at(0);
    const auto queued = admin + "queue/" + std::string(entry.at("id").as_string());
    ask_and_check("post", admin + "queue/{id}", queued, R"({"action":"hold"})");
    ask_and_check("post", admin + "queue", admin + "queue", R"({"action":"release"})");
    ask_and_check("get", admin + "queue/{id}", queued);
    ask_and_check("delete", admin + "queue/{id}", queued);
    ask_and_check("get", admin + "queue/{id}", queued);
    ask_and_check("delete", admin + "suppressed/{address}", admin + "suppressed/bob@example.net");
}

TEST_F(OpenApiTest, AnswersAreAsDescribed)
{
    deliver("alice@example.org",
            "From: Ada <ada@example.net>\nTo: alice@example.org\nSubject: x\nMIME-Version: 1.0\n"
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\nContent-Type: "
            "application/pdf\n\npdf\n--b--\n");
    const auto id = newest("alice");
    const auto ask_and_check = [&](std::string_view method, const std::string& pattern,
                                   const std::string& target, const std::string& body = {}) {
        std::string verb(method);
        for (char& c : verb)
            c = static_cast<char>(c - 'a' + 'A');
        check(method, pattern, ask(as("alice", verb, target, body)));
    };
    const std::string messages = "/api/v1/messages/";
    ask_and_check("get", "/api/v1/session", "/api/v1/session");
    ask_and_check("get", "/api/v1/openapi.json", "/api/v1/openapi.json");
    ask_and_check("get", "/api/v1/mailboxes", "/api/v1/mailboxes");
    ask_and_check("get", "/api/v1/mailboxes/{id}", "/api/v1/mailboxes/inbox");
    ask_and_check("get", "/api/v1/mailboxes/{id}", "/api/v1/mailboxes/nothing");
    ask_and_check("get", "/api/v1/mailboxes/{id}/messages", "/api/v1/mailboxes/inbox/messages?limit=1");
    ask_and_check("get", "/api/v1/mailboxes/{id}/messages", "/api/v1/mailboxes/inbox/messages?limit=0");
    ask_and_check("get", "/api/v1/mailboxes/{id}/messages",
                  "/api/v1/mailboxes/inbox/messages?collapse=thread");
    ask_and_check("get", "/api/v1/settings", "/api/v1/settings");
    ask_and_check("patch", "/api/v1/settings", "/api/v1/settings",
                  R"({"theme":"dark","shortcuts":false,"imagesFrom":["ada@example.net"]})");
    ask_and_check("patch", "/api/v1/settings", "/api/v1/settings", R"({"theme":"pink"})");
    ask_and_check("get", "/api/v1/messages", "/api/v1/messages?q=subject:x&limit=1");
    ask_and_check("get", "/api/v1/messages", "/api/v1/messages?q=subject:x&collapse=thread");
    ask_and_check("get", "/api/v1/messages", "/api/v1/messages?q=is:strange");
    ask_and_check("get", "/api/v1/threads/{id}", "/api/v1/threads/" + id);
    ask_and_check("get", "/api/v1/threads/{id}", "/api/v1/threads/7777");
    ask_and_check("get", messages + "latest", messages + "latest?q=subject:x");
    ask_and_check("get", messages + "latest", messages + "latest?q=subject:nothing");
    ask_and_check("get", messages + "latest", messages + "latest?wait=61");
    ask_and_check("get", messages + "{id}", messages + id);
    ask_and_check("get", messages + "{id}", messages + "7777");
    ask_and_check("patch", messages + "{id}", messages + id, R"({"seen":true})");
    ask_and_check("patch", messages + "{id}", messages + id, R"({"unknown":true})");
    ask_and_check("get", messages + "{id}/body", messages + id + "/body");
    ask_and_check("get", messages + "{id}/body", messages + id + "/body?format=x");
    ask_and_check("get", messages + "{id}/parts/{path}", messages + id + "/parts/2");
    ask_and_check("get", messages + "{id}/raw", messages + id + "/raw");
    const std::string mailboxes = "/api/v1/mailboxes";
    const auto own = ask(as("alice", "POST", mailboxes, R"({"name":"Bills"})"));
    check("post", mailboxes, own);
    ask_and_check("post", mailboxes, mailboxes, R"({"name":"Bills"})");
    const auto made = mailboxes + "/" + std::string(own.json().at("id").as_string());
    ask_and_check("patch", mailboxes + "/{id}", made, R"({"name":"Old bills"})");
    ask_and_check("patch", mailboxes + "/{id}", made, R"({"name":"*"})");
    ask_and_check("delete", mailboxes + "/{id}", mailboxes + "/inbox");
    ask_and_check("delete", mailboxes + "/{id}", made);
    deliver("alice@example.org", "Subject: gone\n\n");
    ask_and_check("post", "/api/v1/messages/batch", "/api/v1/messages/batch",
                  R"({"ids":[")" + newest("alice") + R"("],"action":"delete"})");
    ask_and_check("get", "/api/v1/deleted", "/api/v1/deleted");
    ask_and_check("get", "/api/v1/deleted", "/api/v1/deleted?cursor=x");
    for (const std::string verb : {"restore", "forget"}) {
        ask_and_check("post", "/api/v1/deleted/" + verb, "/api/v1/deleted/" + verb, R"({"ids":["7777"]})");
        ask_and_check("post", "/api/v1/deleted/" + verb, "/api/v1/deleted/" + verb, "{}");
    }
    const std::string batch = "/api/v1/messages/batch";
    ask_and_check("post", batch, batch, R"({"ids":["7777"],"action":"move","mailbox":"trash"})");
    ask_and_check("post", batch, batch, R"({"ids":["7777"],"action":"burn"})");
    ask_and_check("post", "/api/v1/undo", "/api/v1/undo", R"({"token":"none"})");
    auto octets = as("alice", "POST", "/api/v1/import", "");
    octets.fields.set("Content-Type", "application/octet-stream");
    check("post", "/api/v1/import", ask(octets));
    check("post", "/api/v1/import", ask(as("alice", "POST", "/api/v1/import?mailbox=none", "{}")));
    ask_and_check("get", "/api/v1/export", "/api/v1/export?mailbox=none");
    ask_and_check("get", "/api/v1/export", "/api/v1/export?format=zip");
    ask_and_check("get", "/api/v1/jobs", "/api/v1/jobs");
    ask_and_check("get", "/api/v1/jobs/{id}", "/api/v1/jobs/none");
    const auto account = run(store_->accounts().find("alice@example.org"))->id;
    storage::Visit visit{.account = account, .label = "", .peer = "192.0.2.7"};
    visit.mailbox = run(store_->mail().mailboxes(account))->front().id;
    visit.fetched = {{.uid = 1}};
    ASSERT_TRUE(run(store_->devices().quit(visit, {})));
    ask_and_check("get", messages + "{id}/fetched", messages + id + "/fetched");
    ask_and_check("get", messages + "{id}/fetched", messages + "7777/fetched");
    ask_and_check("get", "/api/v1/devices", "/api/v1/devices");
    const std::string drafts = "/api/v1/drafts";
    const auto draft = ask(as("alice", "POST", drafts, R"({"to":[{"address":"bob@example.org"}]})"));
    check("post", drafts, draft);
    const auto one = drafts + "/" + std::string(draft.json().at("id").as_string());
    ask_and_check("post", drafts, drafts, R"({"to":7})");
    ask_and_check("get", drafts + "/{id}", one);
    ask_and_check("get", drafts + "/{id}", drafts + "/7777");
    ask_and_check("put", drafts + "/{id}", one, "{}");
    ask_and_check("delete", drafts + "/{id}/attachments/{attachment}", one + "/attachments/9");
    auto sending = as("alice", "POST", one + "/send", "{}");
    check("post", drafts + "/{id}/send", ask(sending));
    sending.fields.set("Idempotency-Key", "key");
    const auto sent = ask(std::move(sending));
    check("post", drafts + "/{id}/send", sent);
    const auto submission = "/api/v1/submissions/" + std::string(sent.json().at("id").as_string());
    ask_and_check("get", "/api/v1/submissions/{id}", submission);
    ask_and_check("delete", drafts + "/{id}", one);
    ask_and_check("delete", "/api/v1/submissions/{id}", submission);
    ask_and_check("delete", drafts + "/{id}", one);
    ask_and_check("get", "/api/v1/contacts", "/api/v1/contacts?prefix=a");
    ask_and_check("get", "/api/v1/events", "/api/v1/events");
    ask_and_check("get", "/api/v1/devices/policy", "/api/v1/devices/policy");
    ask_and_check("put", "/api/v1/devices/policy", "/api/v1/devices/policy", R"({"until":"until-fetched"})");
    ask_and_check("put", "/api/v1/devices/policy", "/api/v1/devices/policy", R"({"until":"soon"})");
    const std::string senders = "/api/v1/junk/senders";
    ask_and_check("put", senders, senders, R"({"sender":"@example.net","rule":"block"})");
    ask_and_check("put", senders, senders, R"({"sender":"nobody","rule":"block"})");
    ask_and_check("get", senders, senders);
    ask_and_check("post", senders + "/forget", senders + "/forget", R"({"sender":"@example.net"})");
    ask_and_check("post", senders + "/forget", senders + "/forget", R"({"sender":"@example.net"})");
    ask_and_check("get", "/api/v1/junk/filter", "/api/v1/junk/filter");
    ask_and_check("delete", "/api/v1/junk/filter", "/api/v1/junk/filter");
    for (const std::string what : {"sessions", "app-passwords", "tokens", "identities", "client-settings"})
        ask_and_check("get", "/api/v1/" + what, "/api/v1/" + what);
    ask_and_check("post", "/api/v1/app-passwords", "/api/v1/app-passwords", R"({"label":"phone"})");
    ask_and_check("post", "/api/v1/app-passwords", "/api/v1/app-passwords", R"({"label":"phone"})");
    ask_and_check("get", "/api/v1/app-passwords", "/api/v1/app-passwords");
    ask_and_check("delete", "/api/v1/app-passwords/{label}", "/api/v1/app-passwords/phone");
    ask_and_check("delete", "/api/v1/app-passwords/{label}", "/api/v1/app-passwords/phone");
    ask_and_check("post", "/api/v1/tokens", "/api/v1/tokens",
                  R"({"label":"ci","scopes":["mail.read"],"days":1})");
    ask_and_check("post", "/api/v1/tokens", "/api/v1/tokens", R"({"label":"ci","scopes":["mail.read"]})");
    ask_and_check("post", "/api/v1/tokens", "/api/v1/tokens", R"({"label":"ci"})");
    ask_and_check("get", "/api/v1/tokens", "/api/v1/tokens");
    ask_and_check("delete", "/api/v1/tokens/{id}", "/api/v1/tokens/7777");
    const std::string identity = "/api/v1/identities/{address}";
    ask_and_check("put", identity, "/api/v1/identities/alice@example.org", R"({"name":"Alice"})");
    ask_and_check("put", identity, "/api/v1/identities/bob@example.org", R"({"name":"Alice"})");
    ask_and_check("get", "/api/v1/identities", "/api/v1/identities");
    ask_and_check("delete", identity, "/api/v1/identities/alice@example.org");
    ask_and_check("delete", identity, "/api/v1/identities/alice@example.org");
    ask_and_check("delete", "/api/v1/sessions/{id}", "/api/v1/sessions/none");
    ask_and_check("delete", "/api/v1/sessions", "/api/v1/sessions");
    ask_and_check("post", "/api/v1/password", "/api/v1/password", R"({"current":"wrong","new":"x"})");
    ask_and_check("get", messages + "{id}/trace", messages + id + "/trace");
    ask_and_check("get", messages + "{id}/trace", messages + "7777/trace");
    ask_and_check("get", messages + "{id}/transcript", messages + id + "/transcript");
    ask_and_check("get", "/api/v1/transcripts", "/api/v1/transcripts");
    ask_and_check("get", "/api/v1/transcripts", "/api/v1/transcripts?limit=x");
    ask_and_check("get", "/api/v1/transcripts/{id}", "/api/v1/transcripts/nothing");
    ask_and_check("get", "/api/v1/setup", "/api/v1/setup");
    ask_and_check("post", "/api/v1/setup", "/api/v1/setup",
                  R"({"code":"x","domain":"x","address":"x","password":"x"})");
    ask_and_check("post", "/api/v1/session", "/api/v1/session",
                  R"({"address":"alice@example.org","password":"wrong"})");
    ask_and_check("post", "/api/v1/session", "/api/v1/session", R"({"address":7})");
    ask_and_check("delete", "/api/v1/session", "/api/v1/session");
}

} // namespace
} // namespace pillarbox::api
