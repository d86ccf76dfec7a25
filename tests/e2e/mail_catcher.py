"""An SMTP server on loopback that writes each mail it gets into a folder, as the mail folder of coffeeauth does.

usage: mail_catcher.py FOLDER PORT    PORT 0 for a free one; prints it, and serves until standard input ends
"""
import asyncio
import os
import sys
import uuid

from aiosmtpd.smtp import SMTP


class Folder:
    def __init__(self, path):
        self.path = path
        os.makedirs(path, exist_ok=True)

    async def handle_DATA(self, server, session, envelope):
        # Appears whole: whoever looks must not read half of it.
        part = os.path.join(self.path, f".{uuid.uuid4()}")
        with open(part, "wb") as out:
            out.write(envelope.original_content.replace(b"\r\n", b"\n"))
        os.rename(part, os.path.join(self.path, f"{uuid.uuid4()}.eml"))
        return "250 OK"


async def main():
    loop = asyncio.get_running_loop()
    folder = Folder(sys.argv[1])
    server = await loop.create_server(lambda: SMTP(folder, enable_SMTPUTF8=True), "127.0.0.1", int(sys.argv[2]), reuse_address=True)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
