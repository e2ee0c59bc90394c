"""Clients who behave badly, each on a thread, until they are stopped: who is thrown out comes again at once."""

import collections
import socket
import threading
import time

PAUSE = 0.2  # between two drops of a drip, and before coming again


def idle(connection, done):
    while not done.is_set() and connection.recv(1) != b"":
        pass


def drip(connection, done):
    for byte in b"GET /metrics HTTP/1.1\r\nHost: " + b"x" * 4000:
        if done.wait(PAUSE):
            return
        connection.send(bytes([byte]))


def garbage(connection, done):
    connection.send(b"\x16\x03\x01\x00\xff\x00GET\x00 / HTTP/9.9\r\n" * 50 + b"\r\n\r\n")
    while not done.is_set() and connection.recv(4096):
        pass


def slow_reader(connection, done):
    connection.send(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 20)
    while not done.wait(PAUSE) and connection.recv(64):
        pass


KINDS = [idle, drip, garbage, slow_reader]


class BadClients:
    def __init__(self, port, count):
        self.port, self.done, self.connections, self.lock = port, threading.Event(), collections.Counter(), threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(number,), daemon=True) for number in range(count)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        for thread in self.threads:
            thread.join()

    def counts(self):
        with self.lock:
            return dict(self.connections)

    def run(self, number):
        kind = KINDS[number % len(KINDS)]
        while not self.done.is_set():
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(1)
            try:
                connection.bind((f"127.0.0.{2 + number}", 0))  # hosts of their own, not the one that scrapes
                connection.connect(("127.0.0.1", self.port))
                with self.lock:
                    self.connections[kind.__name__] += 1
                self.stay(kind, connection)
            except OSError:
                pass  # thrown out, or not let in
            finally:
                connection.close()
            time.sleep(PAUSE)

    def stay(self, kind, connection):
        while not self.done.is_set():
            try:
                return kind(connection, self.done)
            except TimeoutError:
                if kind is not idle:  # the others have said what they had to say
                    kind = idle
