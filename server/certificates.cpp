#include "server/certificates.hpp"

namespace pillarbox {

Certificates::Certificates(const Config& config)
{
    if (config.tls.off()) return;
    net::TlsContext::Options options{config.tls.certificate, config.tls.key};
    if (options.certificate.empty()) {
        options.certificate = config.data_dir / "tls-certificate.pem";
        options.key = config.data_dir / "tls-key.pem";
        net::ensure_self_signed(options.certificate, options.key, config.hostname);
    }
    web_ = std::make_unique<net::TlsContext>(options);
    if (!config.tls.client_ca.empty()) {
        // Not for the browser, which would ask people which one to show.
        auto asking = options;
        asking.client_ca = config.tls.client_ca;
        mail_ = std::make_unique<net::TlsContext>(asking);
    }
    // Servers that deliver here are many and come seldom: tickets would only
    // tie their visits together.
    options.tickets = false;
    relay_ = std::make_unique<net::TlsContext>(options);
}

bool Certificates::changed() const
{
    return web_ && (web_->changed() || mail()->changed());
}

void Certificates::reload()
{
    for (net::TlsContext* const context : {web_.get(), relay_.get(), mail_.get()})
        if (context) context->reload();
}

} // namespace pillarbox
