#pragma once

#include "server/admin/actions.hpp"
#include "server/admin/domain_verbs.hpp"

#include <cstdint>
#include <string>

namespace pillarbox::admin {

/// The verbs about mail that leaves, and what is known of where it goes.
class OutgoingVerbs : public DomainVerbs
{
protected:
    void add_queue()
    {
        auto* queue = group("queue", "mail on its way to other servers");
        listing(verb(queue, "list", "list what is queued", list_queue));
        const auto drop = [this](const Context& c) { drop_queued(c, id_); };
        auto* app = verb(queue, "drop", "remove an entry for good", drop);
        app->add_option("id", id_)->required()->type_name("ID");
        const auto show = [this](const Context& c) { show_queued(c, id_); };
        app = verb(queue, "show", "show an entry: when it is tried again, and what was answered", show);
        app->add_option("id", id_)->required()->type_name("ID");
        listing(app);
        const auto hold = [this](const Context& c) { hold_queued(c, queued_); };
        takes_queued(verb(queue, "hold", "let an entry wait until it is released", hold));
        const auto release = [this](const Context& c) { release_queued(c, queued_); };
        takes_queued(verb(queue, "release", "let what was held go", release));
        const auto retry = [this](const Context& c) { retry_queued(c, queued_); };
        takes_queued(verb(queue, "retry", "try now, without waiting longer", retry));
    }

    void add_suppressed()
    {
        auto* suppressed = group("suppressed", "addresses elsewhere that get no more mail: they are dead");
        listing(verb(suppressed, "list", "list them", list_suppressed));
        auto* lift = verb(suppressed, "lift", "let mail go to one again",
                          [this](const Context& c) { lift_suppressed(c, name_); });
        lift->add_option("address", name_)->required()->type_name("ADDRESS");
    }

    void add_tls()
    {
        auto* tls = group("tls", "the TLS that mail to a domain has had");
        auto* show = verb(tls, "show", "show the best that it has had",
                          [this](const Context& c) { show_tls(c, name_); });
        show->add_option("domain", name_)->required()->type_name("DOMAIN");
        listing(show);
        auto* forget = verb(tls, "forget", "forget it: from now on less is not noticed",
                            [this](const Context& c) { forget_tls(c, name_); });
        forget->add_option("domain", name_)->required()->type_name("DOMAIN");
    }

private:
    void takes_queued(CLI::App* app)
    {
        auto* id = app->add_option("id", queued_.id)->type_name("ID");
        app->add_flag("--all", queued_.all, "all entries")->excludes(id);
    }

    std::int64_t id_ = 0;
    std::string name_;
    QueueChoice queued_;
};

} // namespace pillarbox::admin
