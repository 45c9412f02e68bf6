"""A process that serves as `app.local_llm.child` does, with no model: PATH MODEL THREADS PORT.

It ends with its standard input, and does not start while the file at PATH says "broken".
"""

import socket
import sys
import threading
from pathlib import Path

WELL = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def main() -> None:
    path, _, _, port = sys.argv[1:]
    sys.stdin.readline()
    if Path(path).read_text() == "broken":
        sys.exit("the stand-in is broken")
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", int(port)))
    listener.listen()
    sys.stdout.write(f"http://127.0.0.1:{port}\n")
    sys.stdout.flush()
    threading.Thread(target=answer, args=[listener], daemon=True).start()
    sys.stdin.read()


def answer(listener: socket.socket) -> None:
    while True:
        client, _ = listener.accept()
        with client:
            client.recv(1024)
            client.sendall(WELL)


if __name__ == "__main__":
    main()
