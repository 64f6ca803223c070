#include "server/admin/verbs.hpp"

#include "server/admin/actions.hpp"
#include "server/admin/address_verbs.hpp"
#include "server/admin/sendmail.hpp"
#include "server/admin/verb_tree.hpp"

namespace pillarbox::admin {

namespace {

/// The verbs and their arguments.
class CommandLine : public AddressVerbs
{
public:
    explicit CommandLine(const Serve& serve) : serve_(serve)
    {
        add_serving();
        add_domains();
        add_dns();
        add_doctor();
        add_dkim();
        add_accounts();
        add_app_passwords();
        add_senders(account_);
        add_junk(account_);
        add_aliases();
        add_queue();
        add_suppressed();
        add_tls();
        add_search();
        add_vault();
        add_trace();
        add_transcripts();
        add_transfers();
        add_upkeep();
    }

private:
    void takes_address(CLI::App* app)
    {
        app->add_option("address", options_.address)->required()->type_name("ADDRESS");
    }

    void takes_name(CLI::App* app, const char* type)
    {
        app->add_option("name", name_)->required()->type_name(type);
    }

    void add_serving()
    {
        auto* serve = app_.add_subcommand("serve", "run the server in the foreground");
        serve->add_flag("--demo", demo_, "on loopback only, with accounts to try, data in ./data");
        serve->callback([this] { selected_ = [this] { return serve_(sources(), demo_); }; });
        add_sendmail();
        verb(&app_, "check-config", "read the configuration and say what is wrong with it", check_config);
        verb(&app_, "healthcheck", "ask the running server whether it is ready", healthcheck);
        add_version();
    }

    /// Its arguments are sendmail's own, and read there.
    void add_sendmail()
    {
        auto* app =
            app_.add_subcommand("sendmail", "take a message from a local program, as sendmail(1) does");
        app->prefix_command()->fallthrough(false)->set_help_flag();
        app->callback(
            [this, app] { selected_ = [this, app] { return send_mail(sources(), app->remaining()); }; });
    }

    void add_domains()
    {
        auto* domain = group("domain", "the domains this server takes mail for");
        const auto add = [this](const Context& c) { add_domain(c, name_); };
        takes_name(verb(domain, "add", "take mail for a domain", add), "NAME");
        listing(verb(domain, "list", "list the domains", list_domains));
        auto* quota = verb(domain, "quota", "say how much mail a domain's accounts may keep together",
                           [this](const Context& c) { set_domain_quota(c, name_, options_.quota); });
        quota->add_option("name", name_)->required()->type_name("NAME");
        quota->add_option("size", options_.quota, "such as 50G, or none")->required()->type_name("SIZE");
        const auto separate = [this](const Context& c) { set_domain_separators(c, name_, label_); };
        auto* separators =
            verb(domain, "separators", "say what ends a name in a domain's addresses", separate);
        takes_name(separators, "NAME");
        separators->add_option("characters", label_, "such as +-, none, or default")->required();
        const auto remove = [this](const Context& c) { remove_domain(c, name_); };
        takes_name(verb(domain, "remove", "no longer take mail for a domain", remove), "NAME");
    }

    void add_accounts()
    {
        account_ = group("account", "people's accounts");
        auto* add =
            verb(account_, "add", "add an account", [this](const Context& c) { add_account(c, options_); });
        add->add_option("address", options_.address)->required()->type_name("ADDRESS");
        add->add_flag("--password-stdin", options_.password_stdin, "read the password from standard input");
        add->add_flag("--admin", options_.admin, "may administer the server");
        add->add_option("--quota", options_.quota, "how much it may keep, such as 5G")->type_name("SIZE");
        listing(verb(account_, "list", "list the accounts", list_accounts));
        auto* passwd = verb(account_, "passwd", "change a password", [this](const Context& c) {
            set_password(c, options_.address, options_.password_stdin);
        });
        takes_address(passwd);
        passwd->add_flag("--password-stdin", options_.password_stdin, "read it from standard input");
        takes_address(verb(account_, "reset-link", "show a link that sets an account's password, once",
                           [this](const Context& c) { make_reset_link(c, options_.address); }));
        takes_address(verb(account_, "disable", "let an account receive, but not sign in",
                           [this](const Context& c) { set_enabled(c, options_.address, false); }));
        takes_address(verb(account_, "enable", "let an account sign in again",
                           [this](const Context& c) { set_enabled(c, options_.address, true); }));
        auto* quota = verb(account_, "quota", "say how much mail an account may keep",
                           [this](const Context& c) { set_quota(c, options_.address, options_.quota); });
        quota->add_option("address", options_.address)->required()->type_name("ADDRESS");
        quota->add_option("size", options_.quota, "such as 5G, or default")->required()->type_name("SIZE");
        const auto terms = [this](const Context& c) { set_pop3(c, pop3_); };
        auto* pop3 = verb(account_, "pop3", "say what holds for an account's maildrop", terms);
        pop3->add_option("address", pop3_.address)->required()->type_name("ADDRESS");
        pop3->add_option("--login-delay", pop3_.login_delay, "such as 5m, or default")->type_name("TIME");
        pop3->add_option("--expire", pop3_.expire, "such as 30d, never, or default")->type_name("TIME");
        takes_address(verb(account_, "remove", "remove an account with its mail",
                           [this](const Context& c) { remove_account(c, options_.address); }));
        auto* devices =
            verb(account_, "devices", "list who fetches an account's mail by POP3, and when it last did",
                 [this](const Context& c) { list_devices(c, options_.address); });
        takes_address(devices);
        listing(devices);
        auto* keep = verb(account_, "keep", "say what becomes of mail that all devices have fetched",
                          [this](const Context& c) { keep_fetched(c, keep_); });
        keep->add_option("address", keep_.address)->required()->type_name("ADDRESS");
        keep->add_option("until", keep_.until, "forever, or until-fetched: then it goes into the vault")
            ->check(CLI::IsMember({"forever", "until-fetched"}));
        keep->add_option("--grace", keep_.grace, "how long it stays then, 7d by itself")->type_name("TIME");
        const auto import = [this](const Context& c) { import_accounts(c, name_); };
        constexpr auto lines = "add accounts from lines of ADDRESS PASSWORD; - is standard input";
        takes_name(verb(account_, "import", lines, import), "FILE");
    }

    void add_app_passwords()
    {
        auto* passwords = account_->add_subcommand("app-password", "a password for each device");
        passwords->require_subcommand(1);
        auto* add =
            verb(passwords, "add", "make a password for a device and show it", [this](const Context& c) {
                add_app_password(c, options_.address, label_, apop_, options_.password_stdin);
            });
        takes_address(add);
        add->add_option("label", label_)->required()->type_name("LABEL");
        add->add_flag("--apop", apop_,
                      "one that APOP and CRAM-MD5 can use, kept sealed with the server's key");
        add->add_flag("--password-stdin", options_.password_stdin, "read it from standard input instead");
        auto* list = verb(passwords, "list", "list an account's devices",
                          [this](const Context& c) { list_app_passwords(c, options_.address); });
        takes_address(list);
        listing(list);
        auto* revoke = verb(passwords, "revoke", "take a device's password away",
                            [this](const Context& c) { revoke_app_password(c, options_.address, label_); });
        revoke->add_option("address", options_.address)->required()->type_name("ADDRESS");
        revoke->add_option("label", label_)->required()->type_name("LABEL");
    }

    void add_search()
    {
        auto* app = verb(&app_, "search", "find an account's messages",
                         [this](const Context& c) { admin::search(c, search_); });
        app->add_option("address", search_.address, "whose mail it is")->required()->type_name("ADDRESS");
        auto* words = app->add_option(
            "query", search_.words,
            "words, \"phrases\", -not, OR, from: to: cc: subject: body: in: is: has: filename: list: "
            "larger: smaller: before: after: older_than: newer_than: header:NAME:text");
        auto* limit = app->add_option("--limit", search_.limit, "at most so many messages");
        limit->check(CLI::Range(1, 500))->capture_default_str();
        words->type_name("QUERY");
        auto* thread =
            app->add_option("--thread", search_.thread, "instead, the conversation of this message");
        thread->type_name("ID")->excludes(words);
        listing(app);
    }

    void add_vault()
    {
        auto* vault = group("vault", "messages that were deleted and can be had back");
        auto* list = verb(vault, "list", "list what of an account can be had back",
                          [this](const Context& c) { list_vault(c, vault_.address); });
        list->add_option("address", vault_.address)->required()->type_name("ADDRESS");
        listing(list);
        choosing(verb(vault, "restore", "put messages back where they were",
                      [this](const Context& c) { restore_from_vault(c, vault_); }));
        choosing(verb(vault, "forget", "let messages go for good, before their time",
                      [this](const Context& c) { forget_in_vault(c, vault_); }));
    }

    void choosing(CLI::App* app)
    {
        app->add_option("address", vault_.address)->required()->type_name("ADDRESS");
        auto* messages = app->add_option("id", vault_.messages, "as vault list numbers them");
        messages->type_name("ID");
        app->add_flag("--all", vault_.all, "everything of the account")->excludes(messages);
    }

    void add_trace()
    {
        auto* app = verb(&app_, "trace", "tell what happened to a message, or to the mail of an address",
                         [this](const Context& c) { admin::trace(c, trace_); });
        app->add_option("what", trace_.what, "an address, a Message-ID, or the ID of 'stored as ID'")
            ->required()
            ->type_name("MESSAGE-ID|ADDRESS");
        app->add_option("--since", trace_.since, "only what happened since then, such as 2h or 7d")
            ->type_name("TIME");
        auto* limit = app->add_option("--limit", trace_.limit, "at most so many messages");
        limit->check(CLI::Range(1, 10'000))->capture_default_str();
        listing(app);
    }

    void add_transcripts()
    {
        auto* transcript = group("transcript", "what was said in a session");
        const auto list_them = [this](const Context& c) { list_transcripts(c, transcripts_); };
        auto* list = verb(transcript, "list", "list the sessions, the last one first", list_them);
        list->add_option("--address", transcripts_.peer, "from this address")->type_name("IP");
        list->add_option("--account", transcripts_.account, "signed in as")->type_name("ADDRESS");
        const CLI::IsMember known({"pop3", "smtp", "submission", "lmtp"});
        list->add_option("--protocol", transcripts_.protocol)->check(known);
        list->add_option("--limit", transcripts_.limit, "at most so many")->capture_default_str();
        listing(list);
        auto* show = verb(transcript, "show", "show a session, by the id that log lines have",
                          [this](const Context& c) { show_transcript(c, name_, transcripts_.as_test); });
        takes_name(show, "ID");
        show->add_flag("--as-test", transcripts_.as_test, "as a script that tests/transcripts plays");
    }

    void add_transfers()
    {
        auto* import = group("import", "bring mail along from another server");
        transfer(import, "mbox", "import an mbox file, a directory of *.mbox, or - for standard input",
                 import_mbox);
        transfer(import, "maildir", "import a maildir with its subfolders", import_maildir);
        add_maildrop(import);
        auto* out = group("export", "take mail along to another server");
        transfer(out, "mbox", "export one folder to a file or -, or all to a directory of *.mbox",
                 export_mbox);
        transfer(out, "maildir", "export to a maildir with its subfolders", export_maildir);
    }

    void add_maildrop(CLI::App* import)
    {
        auto* app = verb(import, "pop3", "import a maildrop on another server, which keeps its mail",
                         [this](const Context& c) { import_pop3(c, maildrop_); });
        app->add_option("url", maildrop_.path,
                        "pop3s://user@host[:port], or pop3://user@host[:port] with STLS")
            ->required()
            ->type_name("URL");
        app->add_option("--account", maildrop_.address, "whose mail it is")->required()->type_name("ADDRESS");
        app->add_option("--folder", maildrop_.folder, "where to, instead of the inbox")->type_name("FOLDER");
        auto* file = app->add_option("--password-file", maildrop_.password_file,
                                     "the password there is the first line of this file");
        file->type_name("FILE");
        app->add_flag("--password-stdin", maildrop_.password_stdin,
                      "read the password there from standard input")
            ->excludes(file);
        app->add_option("--ca-file", maildrop_.ca_file,
                        "trust the certificates in this file (PEM), instead of the system's")
            ->type_name("FILE");
        listing(app);
    }

    void transfer(CLI::App* parent, const char* name, const char* what,
                  void (*action)(const Context&, const TransferOptions&))
    {
        auto* app =
            verb(parent, name, what, [this, action](const Context& c) { action(c, transfer_options_); });
        app->add_option("path", transfer_options_.path)->required()->type_name("PATH");
        app->add_option("--account", transfer_options_.address, "whose mail it is")
            ->required()
            ->type_name("ADDRESS");
        app->add_option("--folder", transfer_options_.folder, "one folder only")->type_name("FOLDER");
        listing(app);
    }

    void add_upkeep()
    {
        auto* verify = verb(&app_, "verify", "check the database and every message",
                            [this](const Context& c) { verify_store(c, repair_); });
        verify->add_flag(
            "--repair", repair_,
            "mend what can be, and put what is damaged into quarantine; the server must be stopped");
        listing(verify);

        auto* backup = verb(&app_, "backup", "copy everything to a directory; again, only what is new",
                            [this](const Context& c) { back_up(c, path_); });
        backup->add_option("destination", path_, "an empty directory, or an earlier backup")
            ->required()
            ->type_name("DEST");
        listing(backup);

        auto* restore =
            verb(&app_, "restore", "make the data directory from a backup, or bring some mail back",
                 [this](const Context& c) { admin::restore(c, restore_); });
        restore->add_option("source", restore_.source, "where the backup is")->required()->type_name("SRC");
        auto* replace =
            restore->add_flag("--replace", restore_.replace,
                              "move aside what is in the data directory; the server must be stopped");
        auto* list = restore->add_flag("--list", restore_.list, "only show what is in the backup");
        auto* account =
            restore->add_option("--account", restore_.address, "only this account's mail, as new messages")
                ->type_name("ADDRESS")
                ->excludes(replace);
        restore->add_option("--mailbox", restore_.mailbox, "only this mailbox of it")
            ->type_name("NAME")
            ->needs(account);
        restore->add_option("--message", restore_.messages, "only this message, as --list numbers it")
            ->type_name("ID")
            ->needs(account)
            ->excludes(list);
        restore->add_option("--to", restore_.to, "the mailbox for it; otherwise where it was")
            ->type_name("NAME")
            ->needs(account)
            ->excludes(list);
        list->excludes(replace);
        listing(restore);
    }

    const Serve& serve_;
    CLI::App* account_ = nullptr;
    bool demo_ = false;
    bool apop_ = false;
    bool repair_ = false;
    std::string path_;
    RestoreChoice restore_;
    std::string name_;
    std::string label_;
    AccountOptions options_;
    KeepChoice keep_;
    Pop3Options pop3_;
    TransferOptions transfer_options_;
    MaildropOptions maildrop_;
    SearchChoice search_;
    VaultChoice vault_;
    TraceChoice trace_;
    TranscriptChoice transcripts_;
};

} // namespace

int run(int argc, char** argv, const Serve& serve)
{
    if (called_sendmail(argc, argv)) return send_mail(argc, argv);
    try {
        return CommandLine(serve).run(argc, argv);
    } catch (const ConfigError& error) {
        fmt::print(stderr, "pillarbox: {}\n", error.what());
        return Exit::usage;
    } catch (const std::exception& error) {
        fmt::print(stderr, "pillarbox: {}\n", error.what());
        return Exit::failed;
    }
}

} // namespace pillarbox::admin
