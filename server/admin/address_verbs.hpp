#pragma once

#include "server/admin/actions.hpp"
#include "server/admin/outgoing_verbs.hpp"

#include <string>

namespace pillarbox::admin {

/// The verbs about addresses that are no account's: aliases, what an account
/// may send from besides, and whose mail is junk to it.
class AddressVerbs : public OutgoingVerbs
{
protected:
    void add_senders(CLI::App* account)
    {
        auto* senders = account->add_subcommand("sender", "what an account may send from besides");
        senders->require_subcommand(1);
        const auto add = [this](const Context& c) { add_sender(c, account_address_, named_); };
        const auto remove = [this](const Context& c) { remove_sender(c, account_address_, named_); };
        for (auto* app :
             {verb(senders, "add", "let an account send from an address that is not its own", add),
              verb(senders, "remove", "no longer let it", remove)}) {
            app->add_option("address", account_address_)->required()->type_name("ADDRESS");
            app->add_option("permitted", named_, "an address, or @DOMAIN for all of one")
                ->required()
                ->type_name("PERMITTED");
        }
        auto* list = verb(senders, "list", "list what an account may send from besides",
                          [this](const Context& c) { list_senders(c, account_address_); });
        list->add_option("address", account_address_)->required()->type_name("ADDRESS");
        listing(list);
    }

    void add_junk(CLI::App* account)
    {
        auto* junk = account->add_subcommand("junk", "what is junk to an account, and what is not");
        junk->require_subcommand(1);
        const auto block = [this](const Context& c) { block_sender(c, account_address_, named_); };
        const auto allow = [this](const Context& c) { allow_sender(c, account_address_, named_); };
        const auto forget = [this](const Context& c) { forget_sender(c, account_address_, named_); };
        for (auto* app : {verb(junk, "block", "take all mail from a sender for junk", block),
                          verb(junk, "allow", "take none of a sender's verified mail for junk", allow),
                          verb(junk, "forget", "do neither any more", forget)}) {
            takes_account(app);
            app->add_option("sender", named_, "an address, or @DOMAIN for all of one")
                ->required()
                ->type_name("SENDER");
        }
        auto* list = verb(junk, "list", "list the senders that an account blocks or allows",
                          [this](const Context& c) { list_ruled_senders(c, account_address_); });
        takes_account(list);
        listing(list);
        takes_account(verb(junk, "reset", "let an account's filter forget what it has learned",
                           [this](const Context& c) { reset_filter(c, account_address_); }));
    }

    void add_aliases()
    {
        auto* alias = group("alias", "addresses that lead to others");
        auto* add = verb(alias, "add", "lead an address, or with @DOMAIN all others of a domain, to targets",
                         [this](const Context& c) { add_alias(c, alias_); });
        add->add_option("address", alias_.address)->required()->type_name("ADDRESS");
        add->add_option("target", alias_.targets)->required()->type_name("TARGET");
        add->add_option("--until", alias_.until, "only to the end of this day, UTC, or to this moment")
            ->type_name("DATE");
        listing(verb(alias, "list", "list the aliases", list_aliases));
        const auto named = [this](CLI::App* app) {
            app->add_option("address", named_)->required()->type_name("ADDRESS");
        };
        named(verb(alias, "disable", "refuse mail for an alias",
                   [this](const Context& c) { set_alias_enabled(c, named_, false); }));
        named(verb(alias, "enable", "let an alias lead on again",
                   [this](const Context& c) { set_alias_enabled(c, named_, true); }));
        named(
            verb(alias, "remove", "remove an alias", [this](const Context& c) { remove_alias(c, named_); }));
    }

private:
    void takes_account(CLI::App* app)
    {
        app->add_option("address", account_address_)->required()->type_name("ADDRESS");
    }

    std::string account_address_;
    std::string named_;
    AliasOptions alias_;
};

} // namespace pillarbox::admin
