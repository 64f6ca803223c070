#!/usr/bin/env python3
"""Checks what the compiler cannot: layers, coroutines, file length, RFC list.

    check_source.py [ROOT]      prints FILE:LINE: RULE: what is wrong; exit status 1 if anything is

The rules are those of docs/design.md (2 and 7) and docs/conventions.md.
"""

import pathlib
import re
import sys

MOST_LINES = 400

# A folder may include itself and its row (docs/design.md, 2). Files that lie
# in server/ itself put the program together and may include everything.
LAYERS = {
    "storage": set(),
    "storage/sqlite": {"storage"},
    "server/base": set(),
    "server/mime": {"server/base"},
    "server/net": {"server/base"},
    "server/auth": {"server/base", "server/net", "storage"},
    "server/dkim": {"server/base", "server/mime"},
    "server/mailauth": {"server/base", "server/mime", "server/net", "server/dkim"},
    "server/junk": {"server/base", "server/mime", "server/net", "server/mailauth", "storage"},
    "server/mailflow": {"server/base", "server/mime", "server/net", "server/dkim", "server/mailauth", "server/junk", "storage"},
    "server/signing": {"server/base", "server/net", "server/auth", "server/dkim", "server/mailflow", "storage"},
    "server/publish": {"server/base", "server/net", "storage"},
    "server/pop3": {"server/base", "server/net", "server/auth", "storage"},
    "server/smtp": {"server/base", "server/net", "server/auth", "server/mailflow", "storage"},
    "server/outbound": {"server/base", "server/mime", "server/net", "server/mailauth", "server/mailflow", "storage"},
    "server/transcript": {"server/base", "server/net"},
    "server/transfer": {"server/base", "server/mime", "server/net", "server/mailflow", "storage"},
    "server/admin": {"server/base", "server/mime", "server/net", "server/auth", "server/mailflow", "server/transcript", "server/transfer", "server/publish", "server/signing", "storage"},
    "web/http": {"server/base", "server/net", "server/auth", "storage"},
    "web/api": {"server/base", "server/mime", "server/net", "server/auth", "server/junk", "server/mailflow", "server/publish", "server/transcript", "server/transfer", "storage", "web/http"},
}
# The one file that knows which backend a url means.
EXCEPTIONS = {("storage/open.cpp", "storage/sqlite")}
# Outbound speaks SMTP with the pure files that the server has for it.
PURE_SMTP = {"server/smtp/command.hpp", "server/smtp/path.hpp", "server/smtp/reply.hpp"}

# What people enter is read in one way, by the verbs and by administrators' pages.
ENTRIES = {f"server/admin/{name}.hpp" for name in ("address", "failed", "new_account", "new_app_password", "prepared_password", "queue_words", "quota", "separators", "until")}

# Who may include a library: a pattern of its headers, the files that may, why.
LIBRARIES = [
    (r"sqlite3|SQLiteCpp/", r"storage/sqlite/", "only storage/sqlite knows SQLite"),
    (r"boost/beast", r"web/http/|server/net/(beast|http_client)\.cpp", "only web/http and net/http_client know Beast"),
    (
        r"openssl/",
        r"server/net/(socket_stream|channel_binding|certificate_fault|tls|self_signed)\w*\.cpp|server/auth/\w+\.cpp|server/dkim/keys\.cpp",
        "OpenSSL stays in the sources of net/socket_stream, channel_binding, certificate_fault, tls and self_signed, auth/ and dkim/keys",
    ),
    (r"spdlog/", r"server/base/log\w*\.cpp", "spdlog stays behind base/log"),
    (r"toml\+\+", r"server/base/config\w*\.cpp", "toml++ stays behind base/config"),
    (r"prometheus/", r"server/base/metrics\w*\.cpp", "prometheus-cpp stays behind base/metrics"),
    (r"boost/(asio|beast)\.hpp", r"(?!)", "include the narrow header, not the whole library"),
]

# Files that know no socket and no clock: no Asio, no coroutine.
PURE = re.compile(
    r"server/(base|mime|dkim)/"
    r"|server/net/(dns_records|line_buffer|proxy_header)\."
    r"|server/auth/(sasl|sasl_oauth|scram|introspection|json_text|jwt|jwks|token_claims)\."
    r"|server/junk/(hook|milter|rspamd|score|score_field|webhook|words)\."
    r"|server/mailauth/(dmarc_record|name|spf_macro|spf_record|results)\."
    r"|server/mailflow/(authentication|forged_results|index_text|srs|trace|policy|bounce)\."
    r"|server/transfer/(arrival|dot_reader|from_line|line_ends|pop3_dialogue|pop3_url|mbox_splitter|mbox_quoter|mbox_fields|folder_names|maildir_name|uid_list)\."
    r"|server/outbound/(dot_stuffer|extensions|gzip|reply_reader|retry|sts_policy)\."
    r"|server/pop3/(command|reply|numbering|shown)\."
    r"|server/smtp/(command|parameters|path|reply|data_reader|shown|xclient)\."
    r"|storage/search_(query|value)\."
    r"|storage/sqlite/(segment|tokens)\."
)

# A reply that stands in the source: its code, its enhanced code, its text.
REPLY = re.compile(r'\bReply \w+\{\s*(\d{3}),\s*"([^"]*)",\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\}')
WITHOUT_STATUS = {"220", "354"}  # the greeting, and where nothing is over yet (RFC 2034 §4)
ADVICE = re.compile(r":|\b(write|give|say|use|try|send|end|finish|connect|sign|begin|first)\b")

# A statement that is put together from pieces, and a program or a shell that is run.
STATEMENT = r'"\s*(?:SELECT|INSERT|UPDATE|DELETE|REPLACE|WITH|PRAGMA)\b(?:[^"\\\n]|\\.)*"'
MADE_SQL = re.compile(rf'fmt::format\(\s*{STATEMENT}|{STATEMENT}\s*(?:"(?:[^"\\\n]|\\.)*"\s*)*\+')
OWN_SQL = {"storage/sqlite/migration.cpp", "storage/sqlite/schema.cpp"}  # of names and numbers that stand in the schema
PROGRAM = re.compile(r"(?<![\w.>:])(?:std::|::)?(?:system|popen|v?fork|exec[lv]p?e?|posix_spawnp?)\s*\(")

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)
SLEEP = re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep|time\.sleep)\s*\(")


def strip(text):
    """The C++ `text` with comments, strings and character literals blanked out, lines kept."""
    pattern = re.compile(
        r'R"(?P<tag>[^()\s]*)\(.*?\)(?P=tag)"'  # raw string
        r"|//[^\n]*|/\*.*?\*/"
        r'|"(?:\\.|[^"\\\n])*"'
        r"|(?<![0-9a-zA-Z_])(?:u8|[uUL])?'(?:\\.|[^'\\\n])+'",
        re.S,
    )

    def blank(match):
        kept = re.sub(r"[^\n]", " ", match.group())
        return '""' + kept[2:] if match.group()[0] in "\"R" else kept

    return pattern.sub(blank, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


class Checker:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.faults = []
        self.texts = {}
        for top in ("server", "storage", "web", "tests"):
            for path in sorted((self.root / top).rglob("*")):
                name = path.relative_to(self.root).as_posix()
                if "/node_modules/" in name or "/corpus/" in name or "/dist/" in name or not path.is_file():
                    continue
                if path.suffix in (".hpp", ".cpp", ".py", ".ts", ".tsx", ".cmake") or path.name == "CMakeLists.txt":
                    self.texts[name] = path.read_text(encoding="utf-8", errors="replace")

    def fault(self, name, line, rule, text):
        self.faults.append((name, line, rule, text))

    def run(self):
        for name, text in self.texts.items():
            source = name.endswith((".hpp", ".cpp"))
            self.check_marks(name, text)
            self.check_replies(name, text)
            self.check_length(name, text)
            if source:
                code = strip(text)
                self.check_coroutines(name, code)
                if not name.startswith("tests/"):
                    self.check_includes(name, text)
                    self.check_purity(name, text, code)
                    self.check_commands(name, text, code)
                if name.endswith(".hpp") and "#pragma once" not in text:
                    self.fault(name, 1, "header", "a header begins with #pragma once")
            if name.startswith("tests/") and not name.startswith("tests/rules/"):
                for match in SLEEP.finditer(strip(text) if source else text):
                    self.fault(name, line_of(text, match.start()), "sleep", "tests wait for events, never for time")
        self.check_rfcs()
        return sorted(self.faults)

    # ---- layers --------------------------------------------------------------

    @staticmethod
    def folder(name):
        return name.rsplit("/", 1)[0] if "/" in name else ""

    def check_includes(self, name, text):
        own = self.folder(name)
        for match in INCLUDE.finditer(text):
            header, line = match.group(1), line_of(text, match.start(1))
            for pattern, allowed, why in LIBRARIES:
                if re.match(pattern, header) and not re.match(allowed, name):
                    self.fault(name, line, "library", f"includes <{header}>: {why}")
            theirs = self.folder(header)
            if not header.startswith(("server/", "storage/", "web/")) or own == "server":
                continue
            if own not in LAYERS:
                self.fault(name, line, "layer", f"{own}/ is not in the table of layers")
                return
            outbound = own == "server/outbound" and header in PURE_SMTP
            entries = own == "web/api" and header in ENTRIES
            if theirs == own or theirs in LAYERS[own] or (name, theirs) in EXCEPTIONS or outbound or entries:
                continue
            self.fault(name, line, "layer", f'{own}/ may not include "{header}"')

    # ---- pure files ----------------------------------------------------------

    def way_to_asio(self, name, seen):
        """The includes that lead from a file of ours to Asio, or None."""
        seen.add(name)
        for header in INCLUDE.findall(self.texts.get(name, "")):
            if header.startswith("boost/asio"):
                return [header]
            if header in self.texts and header not in seen:
                way = self.way_to_asio(header, seen)
                if way:
                    return [header] + way
        return None

    def check_purity(self, name, text, code):
        if not PURE.match(name):
            return
        way = self.way_to_asio(name, set())
        if way:
            line = next(line_of(text, m.start(1)) for m in INCLUDE.finditer(text) if m.group(1) == way[0])
            self.fault(name, line, "pure", "a pure file includes Asio: " + " > ".join(way))
        match = re.search(r"\bco_(await|return|yield)\b", code)
        if match:
            self.fault(name, line_of(code, match.start()), "pure", "a pure file has no coroutine")

    # ---- what peers say is never part of a command ---------------------------

    def check_commands(self, name, text, code):
        for match in MADE_SQL.finditer(text):
            if name not in OWN_SQL:
                self.fault(name, line_of(text, match.start()), "sql", "statements stand in the source, and values are bound to their '?'")
        for match in PROGRAM.finditer(code):
            self.fault(name, line_of(code, match.start()), "program", "the server runs no other program and no shell")

    # ---- coroutines ----------------------------------------------------------

    def check_coroutines(self, name, code):
        code = re.sub(r"(?m)^[ \t]*#.*$", lambda m: " " * len(m.group()), code)
        previous_end = -1
        for match in re.finditer(r"\bco_await\b", code):
            if match.start() < previous_end:
                continue  # told of with the statement's first
            begin = max(code.rfind(c, 0, match.start()) for c in ";{}") + 1
            end = code.find(";", match.end())
            end = len(code) if end < 0 else end
            previous_end = end
            before, after = code[begin : match.start()], code[match.end() : end]
            why = self.co_await_fault(before, after)
            if why:
                self.fault(name, line_of(code, match.start()), "coroutine", why)
        for match in re.finditer(r"\bcatch\s*\([^)]*\)\s*\{", code):
            block = code[match.end() : self.closing_brace(code, match.end())]
            found = re.search(r"\bco_await\b", block)
            if found:
                line = line_of(code, match.end() + found.start())
                self.fault(name, line, "coroutine", "no co_await in a catch block: note what happened, leave, then act")

    @staticmethod
    def closing_brace(code, at):
        depth = 1
        while at < len(code) and depth > 0:
            depth += {"{": 1, "}": -1}.get(code[at], 0)
            at += 1
        return at

    @staticmethod
    def co_await_fault(before, after):
        # What comes before a statement: labels, and conditions that are closed.
        statement = re.sub(r"^\s*((case\b(?:[^:]|::)*?|default)\s*:(?!:)\s*)+", "", before)
        depth, opened = 0, None
        for at, c in enumerate(statement):
            depth += {"(": 1, ")": -1}.get(c, 0)
            if c == "(" and depth == 1:
                opened = at
        if depth > 0 and opened is not None:
            word = re.search(r"(\w+)\s*$", statement[:opened])
            if word and word.group(1) in ("if", "while", "switch", "for"):
                return f"no {word.group(1)} (co_await ...): name the result first"
            return "a co_await is a statement by itself, or initialises or assigns one named variable"
        if "co_await" in after:
            return "one co_await a statement"
        if "{" in after or "}" in after:
            return "no braces and no lambda in a statement with co_await: name the argument first"
        if re.search(r"(?:^|[(,=&|?:!]|\breturn\b)\s*\[", after):
            return "no braces and no lambda in a statement with co_await: name the argument first"
        statement = re.sub(r"^.*\)(?=\s*$)", "", statement.strip(), flags=re.S).strip()
        statement = re.sub(r"^else\b", "", statement).strip()
        if statement in ("", "do"):
            return None
        if re.search(r"(?<![=!<>+\-*/%&|^])=\s*$", statement):
            return None
        return "a co_await is a statement by itself, or initialises or assigns one named variable"

    # ---- the rest ------------------------------------------------------------

    def check_marks(self, name, text):
        if name.startswith("tests/rules/"):
            return
        for match in re.finditer(r"\b(TODO|FIXME|XXX|HACK)\b", text):
            self.fault(name, line_of(text, match.start()), "mark", f"{match.group()}: finish it, or file it and cite the issue")

    def check_replies(self, name, text):
        """Each has its enhanced code, and each refusal tells what to do about it."""
        if not name.startswith("server/smtp/"):
            return
        for match in REPLY.finditer(text):
            code, status, literals = match.groups()
            said = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals))
            line = line_of(text, match.start())
            if not re.fullmatch(r"[245]\.\d{1,3}\.\d{1,3}", status) and not (status == "" and code in WITHOUT_STATUS):
                self.fault(name, line, "reply", f"{code} needs an enhanced code (RFC 3463)")
            elif status and status[0] != code[0]:
                self.fault(name, line, "reply", f"{code} and {status} are of different classes")
            if code[0] in "45" and not ADVICE.search(said):
                self.fault(name, line, "reply", f"{code} says what is wrong, and not what to do about it")

    def check_length(self, name, text):
        lines = text.count("\n")
        if name.endswith((".hpp", ".cpp", ".py")) and lines > MOST_LINES:
            self.fault(name, lines, "length", f"{lines} lines; above {MOST_LINES} a file has two subjects")

    def check_rfcs(self):
        list_file = self.root / "docs" / "rfc.md"
        listed = set()
        if list_file.is_file():
            listed = set(re.findall(r"^[|#*\- ]*\[?RFC (\d+)", list_file.read_text(encoding="utf-8"), re.M))
        for name, text in self.texts.items():
            if name.startswith("tests/"):
                continue
            for match in re.finditer(r"\bRFC[ \n]*(?://[/ ]*)?(\d{2,5})\b", text):
                if match.group(1) not in listed:
                    line = line_of(text, match.start())
                    self.fault(name, line, "rfc", f"RFC {match.group(1)} has no line in docs/rfc.md")


def main(arguments):
    root = pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).resolve().parents[2]
    checker = Checker(root)
    faults = checker.run()
    for name, line, rule, text in faults:
        print(f"{name}:{line}: {rule}: {text}")
    print(f"{len(checker.texts)} files, {len(faults)} faults")
    return 1 if faults or not checker.texts else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
