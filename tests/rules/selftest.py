#!/usr/bin/env python3
"""Shows that each rule of check_source.py fails what it must, and nothing else."""

import pathlib
import sys
import tempfile

from check_source import Checker

COROUTINE = "server/net/listener.cpp"

# A file, its content, and the rule that must object (None: nothing may).
CASES = [
    # layers
    ("server/pop3/session.cpp", '#include "server/net/connection.hpp"\n', None),
    ("server/pop3/session.cpp", '#include "server/pop3/reply.hpp"\n', None),
    ("server/pop3/session.cpp", '#include "server/smtp/reply.hpp"\n', "layer"),
    ("server/pop3/session.cpp", '#include "storage/sqlite/access.hpp"\n', "layer"),
    ("server/base/log.cpp", '#include "server/net/error.hpp"\n', "layer"),
    ("server/mime/header.cpp", '#include "storage/types.hpp"\n', "layer"),
    ("storage/mail.hpp", '#pragma once\n#include "server/base/ascii.hpp"\n', "layer"),
    ("storage/open.cpp", '#include "storage/sqlite/access.hpp"\n', None),
    ("storage/other.cpp", '#include "storage/sqlite/access.hpp"\n', "layer"),
    ("storage/sqlite/mail.cpp", '#include "storage/mail.hpp"\n', None),
    ("server/application.cpp", '#include "server/smtp/session.hpp"\n#include "web/api/api.hpp"\n', None),
    ("server/outbound/client.cpp", '#include "server/smtp/reply.hpp"\n', None),
    ("server/outbound/client.cpp", '#include "server/smtp/session.hpp"\n', "layer"),
    ("server/unheard_of/x.cpp", '#include "server/base/ascii.hpp"\n', "layer"),
    # libraries
    ("storage/sqlite/database.cpp", "#include <sqlite3.h>\n", None),
    ("storage/open.cpp", "#include <sqlite3.h>\n", "library"),
    ("server/pop3/x.cpp", "#include <SQLiteCpp/SQLiteCpp.h>\n", "library"),
    ("web/http/exchange.cpp", "#include <boost/beast/http/parser.hpp>\n", None),
    ("web/api/x.cpp", "#include <boost/beast/http/parser.hpp>\n", "library"),
    ("server/net/tls.cpp", "#include <openssl/ssl.h>\n", None),
    ("server/net/tls.hpp", "#pragma once\n#include <openssl/ssl.h>\n", "library"),
    ("server/smtp/x.cpp", "#include <openssl/ssl.h>\n", "library"),
    ("server/base/log.cpp", "#include <spdlog/spdlog.h>\n", None),
    ("server/net/x.cpp", "#include <spdlog/spdlog.h>\n", "library"),
    ("server/admin/x.cpp", "#include <toml++/toml.h>\n", "library"),
    ("server/smtp/x.cpp", "#include <prometheus/registry.h>\n", "library"),
    ("server/net/x.cpp", "#include <boost/asio.hpp>\n", "library"),
    # pure files
    ("server/smtp/command.cpp", "#include <boost/asio/awaitable.hpp>\n", "pure"),
    ("server/mime/date.cpp", "#include <string>\n", None),
    ("server/pop3/reply.cpp", "Task f() { co_return; }\n", "pure"),
    # coroutines: what may be
    (COROUTINE, "{ co_await f(); }", None),
    (COROUTINE, "{ const auto x = co_await f(a, g(b)); }", None),
    (COROUTINE, "{ auto [a, b] = co_await f(table[1]); }", None),
    (COROUTINE, "{ x.y = co_await f(); if (!x) co_await g(); else co_await h(); }", None),
    (COROUTINE, "{ if (ok(a, b)) x = co_await f(); while (on()) co_await f(); }", None),
    (COROUTINE, "{ for (int i = 0; i < 2; ++i) co_await f(); }", None),
    (COROUTINE, "{ switch (x) { case A::b: co_await f(); break; default: co_await g(); } }", None),
    (COROUTINE, '{ // if (co_await f())\n x = "if (co_await f()) {"; co_await f("{}"); }', None),
    (COROUTINE, "{ try { co_await f(); } catch (const E& e) { note(e); } co_await g(); }", None),
    (COROUTINE, "{ spawn([](S s) -> awaitable<void> { co_await s.run(); }, done); }", None),
    # coroutines: what may not
    (COROUTINE, "{ if (co_await f()) return; }", "coroutine"),
    (COROUTINE, "{ while (auto x = co_await f()) g(x); }", "coroutine"),
    (COROUTINE, "{ switch (co_await f()) { default: break; } }", "coroutine"),
    (COROUTINE, "{ for (auto& x : co_await f()) g(x); }", "coroutine"),
    (COROUTINE, "{ const auto x = co_await f() + co_await g(); }", "coroutine"),
    (COROUTINE, "{ co_await f(Envelope{a, b}); }", "coroutine"),
    (COROUTINE, "{ co_await f([&] { g(); }); }", "coroutine"),
    (COROUTINE, "{ Row r{co_await f(), 1}; }", "coroutine"),
    (COROUTINE, "{ g(co_await f()); }", "coroutine"),
    (COROUTINE, "{ auto s = ok ? co_await f() : std::string(); }", "coroutine"),
    (COROUTINE, "{ auto ok = x && co_await f(); }", "coroutine"),
    (COROUTINE, "{ co_return co_await f(); }", "coroutine"),
    (COROUTINE, "{ try { f(); } catch (...) { if (x) { co_await g(); } } }", "coroutine"),
    # replies
    ("server/smtp/a.cpp", 'constexpr Reply ok{250, "2.0.0", "ok"};\n', None),
    ("server/smtp/a.cpp", 'constexpr Reply go{354, "", "go ahead"};\n', None),
    ("server/smtp/a.cpp", 'constexpr Reply no{550, "5.1.1",\n    "no mailbox: "\n    "check the address"};\n', None),
    ("server/smtp/a.cpp", 'constexpr Reply ok{250, "", "ok"};\n', "reply"),
    ("server/smtp/a.cpp", 'constexpr Reply no{550, "4.1.1", "no mailbox: check the address"};\n', "reply"),
    ("server/smtp/a.cpp", 'constexpr Reply no{550, "5.1.1", "no mailbox"};\n', "reply"),
    # what peers say is never part of a command
    ("storage/sqlite/a.cpp", 'Query row(database, "SELECT id FROM account "\n  "WHERE address = ?", address);\n', None),
    ("storage/sqlite/a.cpp", 'auto text = "SELECT a mailbox: " ", or " "DELETE";\n', None),
    ("storage/sqlite/a.cpp", 'database.run("DELETE FROM account WHERE address = \'"\n  "x" + address + "\'");\n', "sql"),
    ("storage/sqlite/a.cpp", 'database.run(fmt::format("DELETE FROM {}", table));\n', "sql"),
    ("storage/sqlite/schema.cpp", 'database.run("PRAGMA user_version=" + number);\n', None),
    ("server/smtp/a.cpp", "transaction_.fork(); subsystem(1); store.system(); // system(x)\n", None),
    ("server/smtp/a.cpp", "std::system(line.c_str());\n", "program"),
    ("server/smtp/a.cpp", "const int pid = ::fork();\n", "program"),
    ("server/smtp/a.cpp", "execvp(name, arguments);\n", "program"),
    # the rest
    ("server/net/a.hpp", "struct A {};\n", "header"),
    ("server/net/a.cpp", "\n" * 400, None),
    ("server/net/a.cpp", "\n" * 401, "length"),
    ("server/net/a.cpp", "// TODO\n", "mark"),
    ("server/net/a.cpp", "// FIXME: later\n", "mark"),
    ("server/net/a.cpp", "// RFC 1939 §5\n", None),
    ("server/net/a.cpp", "// RFC 9999 §5\n", "rfc"),
    ("web/app/src/a.ts", "// RFC 9998\n", "rfc"),
    ("tests/unit/net/a.cpp", "std::this_thread::sleep_for(1s);\n", "sleep"),
    ("tests/system/a.py", "time.sleep(1)\n", "sleep"),
]


def rules_broken(files):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return {rule for _, _, rule, _ in Checker(root).run()}


def main():
    failed = 0
    listed = {"docs/rfc.md": "| RFC 1939 | POP3 | all | |\n"}
    for name, content, expected in CASES:
        broken = rules_broken({**listed, name: content})
        if broken != ({expected} if expected else set()):
            failed += 1
            print(f"{name}: {content!r}: expected {expected}, got {sorted(broken)}")
    # Asio reached through one of our own headers.
    through = {"server/net/stream.hpp": "#pragma once\n#include <boost/asio/awaitable.hpp>\n"}
    user = {"server/net/line_buffer.cpp": '#include "server/net/stream.hpp"\n'}
    if rules_broken({**listed, **through, **user}) != {"pure"}:
        failed += 1
        print("Asio through a header of ours was not seen")
    print(f"{len(CASES) + 1 - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
