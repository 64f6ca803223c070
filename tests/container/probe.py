#!/usr/bin/env python3
"""Sends, fetches and lists through a running container.

Finds the published ports in CC_ADDR_PILLARBOX_<PORT>=host:port, and the account
in PILLARBOX_SETUP_ADMIN and PILLARBOX_SETUP_PASSWORD. With CC_PASS=2 the first
pass' letter must still be there, under the same unique id.
"""

import json
import os
import poplib
import smtplib
import ssl
import sys
import urllib.request

ADDRESS = os.environ["PILLARBOX_SETUP_ADMIN"]
PASSWORD = os.environ["PILLARBOX_SETUP_PASSWORD"]
PASS = int(os.environ.get("CC_PASS", "1"))
LEDGER = f"/tmp/pillarbox-probe-{os.environ.get('COMPOSE_PROJECT_NAME', 'x')}"

trusting = ssl.create_default_context()
trusting.check_hostname = False
trusting.verify_mode = ssl.CERT_NONE  # a new container has a self-signed certificate


def port(number):
    host, _, published = os.environ[f"CC_ADDR_PILLARBOX_{number}"].rpartition(":")
    return host, int(published)


def check(what, good):
    print(("ok    " if good else "FAILED ") + what)
    if not good:
        sys.exit(1)


def letter(name):
    return (f"From: Probe <probe@example.net>\r\nTo: {ADDRESS}\r\nSubject: {name}\r\n"
            f"Message-ID: <{name}.{PASS}@probe.example.net>\r\n\r\nHello.\r\n.dot\r\n")


with smtplib.SMTP(*port(25), timeout=30) as smtp:
    smtp.sendmail("probe@example.net", [ADDRESS], letter("from-a-server"))
with smtplib.SMTP(*port(587), timeout=30) as smtp:
    smtp.starttls(context=trusting)
    smtp.login(ADDRESS, PASSWORD)
    smtp.sendmail(ADDRESS, [ADDRESS], letter("submitted").replace("Probe <probe@example.net>", ADDRESS))
with smtplib.SMTP_SSL(*port(465), context=trusting, timeout=30) as smtp:
    smtp.login(ADDRESS, PASSWORD)
check("mail is accepted on 25, 587 and 465", True)

pop3 = poplib.POP3_SSL(*port(995), context=trusting, timeout=30)
pop3.user(ADDRESS)
pop3.pass_(PASSWORD)
count, octets = pop3.stat()
check(f"POP3S shows {count} letters after pass {PASS}", count == 2 * PASS)
ids = [line.split()[1].decode() for line in pop3.uidl()[1]]
body = b"\r\n".join(pop3.retr(count - 1)[1])
check("a letter comes out as it went in", body.endswith(b"Hello.\r\n.dot"))
pop3.quit()
if PASS > 1:
    with open(LEDGER) as ledger:
        check("unique ids survived", json.load(ledger) == ids[: 2 * (PASS - 1)])
    os.unlink(LEDGER)
else:
    with open(LEDGER, "w") as ledger:
        json.dump(ids, ledger)

plain = poplib.POP3(*port(110), timeout=30)
plain.stls(context=trusting)
plain.user(ADDRESS)
plain.pass_(PASSWORD)
check("POP3 with STLS shows the same", plain.stat()[0] == count)
plain.quit()

host, http = port(8080)
jar = urllib.request.HTTPCookieProcessor()
browser = urllib.request.build_opener(jar)


def api(path, body=None):
    request = urllib.request.Request(f"http://localhost:{http}/api/v1{path}")
    if body is not None:
        request.add_header("Content-Type", "application/json")
        request.add_header("Origin", f"http://localhost:{http}")
        request.data = json.dumps(body).encode()
    with browser.open(request, timeout=30) as answer:
        return json.load(answer)


api("/session", {"address": ADDRESS, "password": PASSWORD})
inbox = next(box for box in api("/mailboxes")["items"] if box["role"] == "inbox")
listed = api(f"/mailboxes/{inbox['id']}/messages")
check("the browser's list has them too", listed["total"] == count)
with browser.open(f"http://localhost:{http}/sign-in", timeout=30) as page:
    check("the sign-in page is served", page.status == 200 and b"<html" in page.read())
asked = urllib.request.Request(f"http://localhost:{http}/mail/config-v1.1.xml?emailaddress={ADDRESS}")
asked.add_header("Host", f"autoconfig.{ADDRESS.rpartition('@')[2]}")
with browser.open(asked, timeout=30) as answer:
    settings = answer.read().decode()
    named = all(f"<port>{port(number)[1]}</port>" in settings for number in (995, 110, 465, 587))
    check("mail programs are told the published ports", named)
print(f"probe passed, pass {PASS}")
