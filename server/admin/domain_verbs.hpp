#pragma once

#include "server/admin/actions.hpp"
#include "server/admin/verb_tree.hpp"

#include <string>

namespace pillarbox::admin {

/// The verbs about what a domain says of itself: in DNS, and by its signatures.
class DomainVerbs : public VerbTree
{
protected:
    void add_dns()
    {
        auto* dns = verb(&app_, "dns", "show the records that a domain has to publish",
                         [this](const Context& c) { show_dns(c, domain_, zone_); });
        takes_domain(dns);
        dns->add_flag("--zone", zone_, "as a zone file has them");
        listing(dns);
    }

    void add_doctor()
    {
        auto* doctor = verb(&app_, "doctor", "look for what is wrong with the domains and this server",
                            [this](const Context& c) { examine(c, domain_); });
        doctor->add_option("domain", domain_, "this one only")->type_name("DOMAIN");
        listing(doctor);
    }

    void add_dkim()
    {
        auto* dkim = group("dkim", "the keys that a domain's mail is signed with");
        auto* list = verb(dkim, "list", "list a domain's keys",
                          [this](const Context& c) { list_dkim_keys(c, domain_); });
        takes_domain(list);
        listing(list);
        takes_domain(verb(dkim, "rotate", "make new keys, to be published before they are used",
                          [this](const Context& c) { rotate_dkim_keys(c, domain_); }));
        takes_domain(verb(dkim, "activate", "sign with the new keys, and no longer with those before",
                          [this](const Context& c) { activate_dkim_keys(c, domain_); }));
        auto* remove = verb(dkim, "remove", "forget a key that no longer signs",
                            [this](const Context& c) { remove_dkim_key(c, domain_, selector_); });
        takes_domain(remove);
        remove->add_option("selector", selector_)->required()->type_name("SELECTOR");
    }

private:
    void takes_domain(CLI::App* app) { app->add_option("domain", domain_)->required()->type_name("DOMAIN"); }

    std::string domain_;
    std::string selector_;
    bool zone_ = false;
};

} // namespace pillarbox::admin
