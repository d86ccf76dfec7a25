"""A mail server on a free port of 127.0.0.1, for tests. Its arguments: a folder, a mode (plain,
starttls or tls), and for the latter two a certificate, a key and the mechanisms of AUTH.

Says its port on the standard output. What it takes goes to the folder, a JSON file a mail, as
Python's email package reads it; each connection is a line of the file `connections`."""
import asyncio
import base64
import email
import email.policy
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

FOLDER, MODE, *SECURED = sys.argv[1:]
USER, PASSWORD = "app@example.org", "pass word \u20ac:@/"
count = 0


def note(file, line):
    with open(os.path.join(FOLDER, file), "a") as out:
        out.write(line + "\n")


def body(message, subtype):
    part = message.get_body(preferencelist=(subtype,))
    # In a message lines end in CR LF, also those that base64 hides.
    return part.get_content().replace("\r\n", "\n") if part else None


def defects(message):
    found = [str(d) for part in message.walk() for d in part.defects]
    return found + [str(d) for value in message.values() for d in value.defects]


class Handler:
    async def handle_DATA(self, server, session, envelope):
        global count
        count += 1
        message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        sender = message["From"].addresses[0]
        lines = envelope.original_content.split(b"\r\n")
        mail = {
            "envelope_from": envelope.mail_from,
            "envelope_to": envelope.rcpt_tos,
            "from": sender.addr_spec,
            "from_name": sender.display_name,
            "to": [a.addr_spec for a in message["To"].addresses],
            "subject": str(message["Subject"]),
            "message_id": str(message["Message-ID"]),
            "date": message["Date"].datetime.isoformat(),
            "type": message.get_content_type(),
            "parts": [p.get_content_type() for p in message.iter_parts()],
            "text": body(message, "plain"),
            "html": body(message, "html"),
            "defects": defects(message),
            "lone_line_ends": any(b"\r" in x or b"\n" in x for x in lines),
            "longest_line": max(len(x) for x in lines),
            "secured": session.ssl is not None or MODE == "tls",
            "login": getattr(session, "login", None),
            "hello": session.host_name,
            "peer": session.peer[1],
        }
        file = os.path.join(FOLDER, "%06d" % count)
        with open(file + ".tmp", "w") as out:
            json.dump(mail, out)
        os.rename(file + ".tmp", file + ".json")
        return "250 canary taken"

    async def handle_RCPT(self, server, session, envelope, address, options):
        try:
            with open(os.path.join(FOLDER, "refuse")) as file:
                reply = file.read()
            os.remove(os.path.join(FOLDER, "refuse"))
            return reply or "550 canary no such mailbox"
        except FileNotFoundError:
            envelope.rcpt_tos.append(address)
            return "250 canary fine"

    async def auth_XOAUTH2(self, server, args):
        if len(args) > 1:
            response = base64.b64decode(args[1])
        else:
            response = await server.challenge_auth("")
        with open(os.path.join(FOLDER, "token")) as file:
            right = "user=%s\x01auth=Bearer %s\x01\x01" % (USER, file.read())
        if response == right.encode():
            server.session.login = "XOAUTH2 " + USER
            return AuthResult(success=True, auth_data=b"token")
        # As Google and Microsoft do: what is wrong comes as a challenge, and an empty answer ends it.
        if await server.challenge_auth('{"status":"401 canary"}') != b"":
            note("spoke_on", "spoke on")
        return AuthResult(success=False, handled=False)

    async def handle_QUIT(self, server, session, envelope):
        note("quits", "quit")
        return "221 canary bye"


def authenticate(server, session, envelope, mechanism, data):
    login = data.login.decode()
    if login != USER or data.password.decode() != PASSWORD:
        return AuthResult(success=False, handled=False)
    session.login = mechanism + " " + login
    return AuthResult(success=True)


class Server(SMTP):
    def connection_made(self, transport):
        if self._original_transport is None:
            note("connections", "connection")
        super().connection_made(transport)


def make_server(context):
    excluded = {"PLAIN", "LOGIN", "XOAUTH2"} - set(SECURED[2:])
    return Server(Handler(), hostname="localhost", loop=asyncio.get_running_loop(),
                  tls_context=context if MODE == "starttls" else None,
                  require_starttls=MODE == "starttls",
                  auth_required=MODE != "plain", auth_require_tls=MODE == "starttls",
                  auth_exclude_mechanism=excluded, authenticator=authenticate)


async def main():
    context = None
    if MODE != "plain":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(SECURED[0], SECURED[1])
    server = await asyncio.get_running_loop().create_server(
        lambda: make_server(context), "127.0.0.1", 0, ssl=context if MODE == "tls" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
