#include "server/net/tls_client_certificate.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string_view>

namespace pillarbox::net {

namespace {

constexpr std::size_t most_addresses = 16; // of one certificate
constexpr std::size_t longest_address = 320;

/// Verifies, and goes on whatever comes of it: the outcome is asked for later,
/// and until then the client may still sign in with a password.
int verify_and_go_on(X509_STORE_CTX* store, void*)
{
    const bool good = X509_verify_cert(store) == 1;
    if (!good && X509_STORE_CTX_get_error(store) == X509_V_OK)
        X509_STORE_CTX_set_error(store, X509_V_ERR_UNSPECIFIED);
    ERR_clear_error();
    return 1;
}

/// Adds one address, unless it is none that an account could have.
void add(std::vector<std::string>& addresses, const ASN1_STRING* text)
{
    const std::string_view address(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                                   static_cast<std::size_t>(ASN1_STRING_length(text)));
    const bool fits =
        !address.empty() && address.size() <= longest_address && address.find('\0') == std::string_view::npos;
    if (fits && addresses.size() < most_addresses) addresses.emplace_back(address);
}

using Names = std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)>;

void add_alternatives(std::vector<std::string>& addresses, const X509* certificate)
{
    const Names names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
        &GENERAL_NAMES_free);
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_EMAIL) add(addresses, name->d.rfc822Name);
        if (name->type != GEN_OTHERNAME) continue;
        const OTHERNAME* other = name->d.otherName;
        const bool mailbox = OBJ_obj2nid(other->type_id) == NID_id_on_SmtpUTF8Mailbox; // RFC 9598 §3
        if (mailbox && other->value->type == V_ASN1_UTF8STRING)
            add(addresses, other->value->value.utf8string);
    }
}

void add_subject(std::vector<std::string>& addresses, const X509* certificate)
{
    const X509_NAME* subject = X509_get_subject_name(certificate);
    int at = -1;
    while ((at = X509_NAME_get_index_by_NID(subject, NID_pkcs9_emailAddress, at)) >= 0)
        add(addresses, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

} // namespace

bool ask_for_certificates(ssl_ctx_st& context, const std::string& file)
{
    if (SSL_CTX_load_verify_locations(&context, file.c_str(), nullptr) != 1) return false;
    // Which to choose: clients with several certificates look for these names.
    STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(file.c_str());
    if (names == nullptr) return false;
    SSL_CTX_set_client_CA_list(&context, names); // which it now owns
    SSL_CTX_set_verify(&context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(&context, &verify_and_go_on, nullptr);
    constexpr std::string_view id = "pillarbox"; // without one, a ticket would end the handshake
    return SSL_CTX_set_session_id_context(&context, reinterpret_cast<const unsigned char*>(id.data()),
                                          static_cast<unsigned>(id.size())) == 1;
}

std::vector<std::string> certified_addresses(ssl_st& ssl)
{
    std::vector<std::string> addresses;
    const X509* const certificate = SSL_get0_peer_certificate(&ssl);
    // Without a certificate the result is that all is well.
    if (certificate == nullptr || SSL_get_verify_result(&ssl) != X509_V_OK) return addresses;
    add_alternatives(addresses, certificate);
    if (addresses.empty()) add_subject(addresses, certificate);
    return addresses;
}

} // namespace pillarbox::net
