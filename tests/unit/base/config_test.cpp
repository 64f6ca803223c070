#include "server/base/config.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace pillarbox {

namespace {

/// A configuration file in a directory of its own.
class ConfigFile : public testing::Test
{
protected:
    ConfigFile()
    {
        std::string name = (std::filesystem::temp_directory_path() / "pillarbox-config-XXXXXX").string();
        directory_ = ::mkdtemp(name.data());
        path_ = directory_ / "pillarbox.toml";
    }
    ~ConfigFile() override { std::filesystem::remove_all(directory_); }

    Config load(std::string_view text, std::vector<std::string> set = {},
                std::map<std::string, std::string> env = {})
    {
        std::ofstream(path_) << text;
        return load_config({path_, std::move(env), std::move(set), {}});
    }

    std::string error(std::string_view text, std::vector<std::string> set = {},
                      std::map<std::string, std::string> env = {})
    {
        try {
            load(text, std::move(set), std::move(env));
        } catch (const ConfigError& e) {
            return e.what();
        }
        return "no error";
    }

    std::filesystem::path directory_;
    std::filesystem::path path_;
};

} // namespace

TEST_F(ConfigFile, EmptyMeansDefaults)
{
    const Config config = load("");
    EXPECT_EQ(config.smtp.listen, (std::vector<Endpoint>{{"::", 25}}));
    EXPECT_EQ(config.smtp.max_message_size, 50u << 20);
    EXPECT_EQ(config.auth.allow_plaintext, Config::Auth::Plaintext::loopback);
    EXPECT_FALSE(config.hostname.empty());
}

TEST_F(ConfigFile, ReadsEveryKindOfValue)
{
    const Config config = load(R"(
        hostname = "Mail.Example.Org"
        [smtp]
        listen = ["127.0.0.1:2525", "[::1]:2525"]
        max_message_size = "1M"
        max_recipients = 200
        greet_delay = "5s"
        space_after_colon = false
        [pop3]
        listen = []
        idle_timeout = "15m"
        maildrop_lock = "exclusive"
        login_delay = "15m"
        implementation = false
        expire = "30d"
        [auth]
        password_hash = "argon2id:t=3,m=65536"
        cache = "5m"
        [limits]
        exempt = ["127.0.0.0/8"]
    )");
    EXPECT_EQ(config.hostname, "mail.example.org");
    EXPECT_EQ(config.smtp.listen, (std::vector<Endpoint>{{"127.0.0.1", 2525}, {"::1", 2525}}));
    EXPECT_EQ(config.smtp.max_message_size, 1u << 20);
    EXPECT_EQ(config.smtp.max_recipients, 200u);
    EXPECT_EQ(config.smtp.greet_delay, std::chrono::seconds(5));
    EXPECT_FALSE(config.smtp.space_after_colon);
    EXPECT_TRUE(config.pop3.listen.empty());
    EXPECT_EQ(config.pop3.idle_timeout, std::chrono::minutes(15));
    EXPECT_EQ(config.pop3.maildrop_lock, Config::Pop3::Lock::exclusive);
    EXPECT_EQ(config.pop3.login_delay, std::chrono::minutes(15));
    EXPECT_FALSE(config.pop3.implementation);
    EXPECT_EQ(config.pop3.expire, std::chrono::days(30));
    EXPECT_EQ(config.auth.hash_passes, 3u);
    EXPECT_EQ(config.auth.hash_kib, 65536u);
    EXPECT_EQ(config.auth.cache, std::chrono::minutes(5));
    EXPECT_EQ(config.limits.exempt, (std::vector<Network>{{"127.0.0.0", 8}}));
}

TEST_F(ConfigFile, SaysWhatVerifyingLeadsTo)
{
    const Config defaults = load("");
    EXPECT_EQ(defaults.verify.mode, Config::Verify::Mode::enforce);
    EXPECT_TRUE(defaults.verify.quarantine_to_junk);
    EXPECT_FALSE(defaults.verify.defer_on_fault);
    EXPECT_EQ(defaults.verify.except.size(), 8u);
    const Config config = load("[verify]\nmode = \"note\"\nquarantine = \"inbox\"\ndns_fault = \"defer\"\n"
                               "except = [\"192.0.2.0/24\"]\narc_trusted = [\"Lists.example.org\"]\n");
    EXPECT_TRUE(defaults.verify.arc_trusted.empty());
    EXPECT_EQ(config.verify.arc_trusted, (std::vector<std::string>{"lists.example.org"}));
    EXPECT_EQ(config.verify.mode, Config::Verify::Mode::note);
    EXPECT_FALSE(config.verify.quarantine_to_junk);
    EXPECT_TRUE(config.verify.defer_on_fault);
    EXPECT_EQ(config.verify.except, (std::vector<Network>{{"192.0.2.0", 24}}));
}

TEST_F(ConfigFile, SaysWhatJunkIs)
{
    const Config defaults = load("");
    EXPECT_EQ(defaults.junk.mode, Config::Junk::Mode::enforce);
    EXPECT_EQ(defaults.junk.limit, 5);
    EXPECT_EQ(defaults.junk.refuse, 0);
    EXPECT_TRUE(defaults.junk.block_lists.empty() && defaults.junk.allow_lists.empty());
    EXPECT_FALSE(defaults.junk.greylist || defaults.junk.defer_on_hook_fault);
    const Config config = load("[junk]\nmode = \"note\"\nlimit = 6\nrefuse = \"12.5\"\n"
                               "block_lists = [\"zen.example.org=3\"]\nmilters = [\"127.0.0.1:8891\"]\n"
                               "rspamd = \"http://127.0.0.1:11333\"\nhook_fault = \"defer\"\n");
    EXPECT_EQ(config.junk.mode, Config::Junk::Mode::note);
    EXPECT_EQ(config.junk.limit, 6);
    EXPECT_EQ(config.junk.refuse, 12.5);
    EXPECT_EQ(config.junk.block_lists, (std::vector<DnsList>{{.zone = "zen.example.org", .weight = 3}}));
    EXPECT_EQ(config.junk.rspamd.port, 11333);
    EXPECT_TRUE(config.junk.defer_on_hook_fault);
    EXPECT_THROW(load("[junk]\nwebhook = \"https://hooks.example.org/\"\n"), ConfigError); // unsigned
}

TEST_F(ConfigFile, HasRatesAndWhatEndsAName)
{
    const Config config = load("[smtp]\nconnections_per_minute = 0\nmessages_per_hour = 5\n"
                               "[submission]\nmessages_per_hour = 6\nrecipients_per_hour = 7\n"
                               "[addresses]\nseparators = \"+-\"\n");
    EXPECT_EQ(config.smtp.connections_per_minute, 0u);
    EXPECT_EQ(config.smtp.messages_per_hour, 5u);
    EXPECT_EQ(config.submission.messages_per_hour, 6u);
    EXPECT_EQ(config.submission.recipients_per_hour, 7u);
    EXPECT_EQ(config.addresses.separators, "+-");
    EXPECT_EQ(load("[addresses]\nseparators = \"\"\n").addresses.separators, "");
    for (const char* bad : {"a", "@", "+a", " ", "\\\""})
        EXPECT_NE(error("[addresses]\nseparators = \"" + std::string(bad) + "\"\n").find("cannot separate"),
                  std::string::npos)
            << bad;
}

TEST_F(ConfigFile, BoundsTranscripts)
{
    const Config config = load("[transcripts]\nkeep = \"0s\"\nsize = \"1M\"\n");
    EXPECT_EQ(config.transcripts.keep, std::chrono::seconds(0));
    EXPECT_EQ(config.transcripts.size, 1u << 20);
    const std::string fault = error("[transcripts]\nsize = \"4K\"\n");
    EXPECT_NE(fault.find("transcripts.size: '4K' is too little; write 1M"), std::string::npos) << fault;
}

TEST_F(ConfigFile, BoundsEvents)
{
    EXPECT_EQ(load("").events.keep, std::chrono::days(30));
    const Config config = load("[events]\nkeep = \"2h\"\nmost = 1000\n");
    EXPECT_EQ(config.events.keep, std::chrono::hours(2));
    EXPECT_EQ(config.events.most, 1000u);
    const std::string fault = error("[events]\nmost = 10\n");
    EXPECT_NE(fault.find("events.most"), std::string::npos) << fault;
}

TEST_F(ConfigFile, SetBeatsEnvironmentBeatsFile)
{
    const std::string file = "hostname = 'file.test'\n[smtp]\nlisten = ['127.0.0.1:1']\n";
    EXPECT_EQ(load(file).hostname, "file.test");
    EXPECT_EQ(load(file, {}, {{"PILLARBOX_HOSTNAME", "env.test"}}).hostname, "env.test");
    EXPECT_EQ(load(file, {"hostname=set.test"}, {{"PILLARBOX_HOSTNAME", "env.test"}}).hostname, "set.test");
    EXPECT_EQ(load(file, {"smtp.listen=127.0.0.1:2, [::1]:3"}).smtp.listen,
              (std::vector<Endpoint>{{"127.0.0.1", 2}, {"::1", 3}}));
    EXPECT_TRUE(load(file, {"smtp.listen="}).smtp.listen.empty());
    EXPECT_TRUE(load(file, {}, {{"PILLARBOX_SMTP_LISTEN", ""}}).smtp.listen.empty());
}

TEST_F(ConfigFile, AnEmptyVariableIsOneThatWasNotSet)
{
    EXPECT_EQ(load("hostname = 'file.test'", {}, {{"PILLARBOX_HOSTNAME", ""}}).hostname, "file.test");
}

TEST_F(ConfigFile, ErrorsNameFileLineAndKey)
{
    const std::string file = path_.string();
    EXPECT_EQ(error("\n\n[smtp]\nmax_message_size = \"50X\"\n"),
              file + ":4: smtp.max_message_size: '50X' is no size; write octets, or a number with K, M or G, "
                     "such as 50M");
    EXPECT_EQ(error("[smtp]\nlisen = []\n"),
              file + ":2: smtp.lisen: there is no such key; the README lists them");
    EXPECT_EQ(error("\nmax_recipients = 5\n"),
              file + ":2: max_recipients: there is no such key; is smtp.max_recipients meant?");
    EXPECT_EQ(error("[nonsense]\na = 1\n"),
              file + ":1: nonsense: there is no such key; the README lists them");
    EXPECT_EQ(error("hostname = ['a', 'b']\n"), file + ":1: hostname: it takes one value, not a list");
    EXPECT_EQ(error("hostname = 1.5\n"), file + ":1: hostname: write text or a whole number");
    EXPECT_TRUE(error("hostname = \n").starts_with(file + ":1: ")) << error("hostname = \n");
    EXPECT_EQ(error("", {"pop3.maildrop_lock=none"}),
              "--set: pop3.maildrop_lock: 'none' is none of: shared, exclusive");
    EXPECT_EQ(error("", {"auth.cache=2h"}),
              "--set: auth.cache: '2h' is too long; write 1h or less, or 0s for none");
    EXPECT_EQ(error("", {"smtp.greet_delay=61s"}),
              "--set: smtp.greet_delay: '61s' is too long; write 1m or less, or 0s for none");
    EXPECT_EQ(error("", {"pop3.login_delay=2d"}),
              "--set: pop3.login_delay: '2d' is too long; write 1d or less, or 0s for none");
    EXPECT_EQ(load("", {"pop3.expire=never"}).pop3.expire, Config::Pop3::never);
    EXPECT_EQ(load("", {"pop3.expire=0d"}).pop3.expire, std::chrono::days(0));
    EXPECT_EQ(error("", {"pop3.expire=36h"}),
              "--set: pop3.expire: '36h' is not in whole days; write never, days such as 30d, or 0d for what "
              "was retrieved");
    EXPECT_EQ(error("", {"hostname"}), "--set hostname: write KEY=VALUE");
    EXPECT_EQ(error("", {}, {{"PILLARBOX_POP3_IDLE_TIMEOUT", "soon"}}),
              "environment variable PILLARBOX_POP3_IDLE_TIMEOUT: pop3.idle_timeout: 'soon' is no time; write "
              "a number "
              "with s, m, h or d, such as 10m");
    EXPECT_EQ(error("", {}, {{"PILLARBOX_HOSTNAM", "x"}}),
              "environment variable PILLARBOX_HOSTNAM: there is no such key; the README lists them");
}

TEST_F(ConfigFile, RefusesWhatDoesNotGoTogether)
{
    EXPECT_NE(error("[tls]\ncertificate = 'a.pem'\n").find("give both files"), std::string::npos);
    EXPECT_NE(error("[setup]\nadmin = 'a@example.org'\n").find("setup.domain"), std::string::npos);
    EXPECT_TRUE(load("[tls]\ncertificate = 'none'\n").tls.off());
    for (const char* mechanism : {"OAUTHBEARER", "XOAUTH2"})
        EXPECT_NE(error("", {"auth.mechanisms=PLAIN," + std::string(mechanism)}).find("set auth.oauth_keys"),
                  std::string::npos);
    EXPECT_NE(error("[auth]\noauth_keys = 'k.json'\noauth_issuer = 'x'\n").find("auth.oauth_audience"),
              std::string::npos);
    EXPECT_NE(error("[auth]\noauth_introspection = 'https://x/'\noauth_client_id = 'p'\n")
                  .find("auth.oauth_client_secret_file"),
              std::string::npos);
    EXPECT_NE(error("[auth]\noauth_introspection = 'https://x/'\noauth_keys = 'k.json'\n").find("not both"),
              std::string::npos);
    const auto asking = load("[auth]\nmechanisms = ['XOAUTH2']\noauth_introspection = 'https://x/i'\n"
                             "oauth_client_id = 'p'\noauth_client_secret_file = 's'\n");
    EXPECT_EQ(asking.auth.oauth_introspection, (HttpUrl{true, "x", 443, "/i"}));
    const auto tokens = load("[auth]\nmechanisms = ['XOAUTH2']\noauth_keys = 'k.json'\noauth_issuer = 'x'\n"
                             "oauth_audience = 'y'\n");
    EXPECT_TRUE(tokens.auth.takes_tokens());
    EXPECT_EQ(tokens.auth.oauth_user_claim, "email");
    EXPECT_FALSE(Config{}.auth.takes_tokens());
    EXPECT_EQ(error("[test]\npop3_faults = ['in-use']\n"),
              "test.pop3_faults: set test.mode to true too, on a server that keeps nobody's mail");
    using enum Config::Test::Pop3Fault;
    EXPECT_EQ(load("[test]\nmode = true\npop3_faults = ['in-use', 'wrong-size']\n").test.pop3_faults,
              (std::vector{in_use, wrong_size}));
    EXPECT_EQ(error("", {"test.pop3_faults=typo"}),
              "--set: test.pop3_faults: 'typo' is none of: stall-retr, wrong-size, doubled-uidl, in-use, "
              "drop-before-quit-answer");
}

TEST_F(ConfigFile, ASinkIsForTestsAndSendsNothing)
{
    const std::string sink = "[test]\nmode = true\nsink = 'all@example.test'\n";
    const std::string held = "[outbound]\nmode = 'hold'\n";
    EXPECT_EQ(load(held + sink).test.sink, "all@example.test");
    EXPECT_EQ(error("[test]\nsink = 'all@example.test'\n"),
              "test.sink: set test.mode to true too, on a server that keeps nobody's mail");
    EXPECT_EQ(error(sink), "test.sink: set outbound.mode to hold too; a server that takes mail for everybody "
                           "must send none");
    EXPECT_EQ(
        error(held + "[junk]\ngreylist = true\n" + sink),
        "test.sink: set junk.greylist to false; what is to be taken at once cannot be asked to come again");
    for (const auto* wrong : {"all", "@example.test", "all@"})
        EXPECT_EQ(error(held + "[test]\nmode = true\nsink = '" + wrong + "'\n"),
                  "test.sink: '" + std::string(wrong) +
                      "' is no address; write that of an account here, such as sink@example.test");
}

TEST_F(ConfigFile, AFileThatWasNamedMustBeThere)
{
    try {
        load_config({directory_ / "absent.toml", {}, {}, {}});
        FAIL();
    } catch (const ConfigError& e) {
        EXPECT_NE(std::string(e.what()).find("absent.toml: cannot be read: No such file"), std::string::npos)
            << e.what();
    }
}

} // namespace pillarbox
