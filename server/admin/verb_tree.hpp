#pragma once

#include "server/admin/actions.hpp"
#include "server/admin/verbs.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace pillarbox::admin {

/// What a command line is made of: verbs in groups, and the options that all of
/// them take. Each verb that needs the configuration has an action; the one
/// that was named runs once everything has been read.
class VerbTree
{
public:
    int run(int argc, char** argv)
    {
        try {
            app_.parse(argc, argv);
        } catch (const CLI::CallForHelp& help) {
            return app_.exit(help);
        } catch (const CLI::ParseError& error) {
            fmt::print(stderr, "pillarbox: {}\nRun 'pillarbox --help' for the verbs and their arguments.\n",
                       error.what());
            return Exit::usage;
        }
        if (selected_) return selected_();
        return Exit::usage;
    }

protected:
    using Action = std::function<void(const Context&)>;

    VerbTree()
    {
        app_.require_subcommand(1);
        app_.fallthrough(); // --config and --set may stand before or behind the verb
        app_.add_option("--config", file_, "configuration file")->type_name("FILE");
        app_.add_option("--set", set_, "a setting, over all others; may be given again")
            ->type_name("KEY=VALUE")
            ->expected(1)
            ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
            ->take_all();
    }

    ConfigSources sources() const
    {
        ConfigSources from;
        if (!file_.empty()) from.file = file_;
        from.environment = config_environment();
        from.set = set_;
        return from;
    }

    CLI::App* group(const char* name, const char* what)
    {
        auto* app = app_.add_subcommand(name, what);
        app->require_subcommand(1);
        return app;
    }

    CLI::App* verb(CLI::App* parent, const char* name, const char* what, Action action)
    {
        auto* app = parent->add_subcommand(name, what);
        app->callback([this, action = std::move(action)] {
            selected_ = [this, action] {
                const Config config = load_config(sources());
                action({config, json_});
                return int(Exit::done);
            };
        });
        return app;
    }

    void add_version()
    {
        auto* version = app_.add_subcommand("version", "say which version this is");
        version->callback([this] {
            selected_ = [] {
                fmt::print("pillarbox {}\n", PILLARBOX_VERSION);
                return int(Exit::done);
            };
        });
    }

    void listing(CLI::App* app) { app->add_flag("--json", json_, "answer in JSON"); }

    CLI::App app_{"A complete mail server: SMTP, POP3 and webmail.", "pillarbox"};
    std::function<int()> selected_; // what is to be done

private:
    std::string file_;
    std::vector<std::string> set_;
    bool json_ = false;
};

} // namespace pillarbox::admin
