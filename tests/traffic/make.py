"""Makes the sample sessions in this folder with real peers, each of which speaks through a relay that writes down what
passes. Needs pymodbus, paho-mqtt, dnspython and websockets for Python, and mosquitto, curl and openssl.

A line of a sample is a piece as it arrived: `>` to the side that accepts, `<` from it, and the bytes in hex. The first
line says what carried it and the port of the side that accepts. `%` begins another connection.
"""

import asyncio
import pathlib
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time
import warnings

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rrset
import paho.mqtt.client as mqtt
import websockets
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from pymodbus.client import ModbusTcpClient
from pymodbus.framer import FramerType
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

HERE = pathlib.Path(__file__).parent
warnings.simplefilter("ignore")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port):
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nothing listens on {port}")


class Relay:
    """Passes the bytes of one connection after the other on to a server, and keeps them in their order."""

    def __init__(self, server):
        self.server = server
        self.connections = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.server))
            pieces = []
            self.connections.append(pieces)
            threading.Thread(target=self.copy, args=(client, server, ">", pieces), daemon=True).start()
            threading.Thread(target=self.copy, args=(server, client, "<", pieces), daemon=True).start()

    @staticmethod
    def copy(source, target, way, pieces):
        while True:
            try:
                data = source.recv(65536)
            except OSError:
                data = b""
            if not data:
                try:
                    target.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
                return
            pieces.append((way, data))
            target.sendall(data)


def write(name, carrier, port, connections):
    lines = [f"{carrier} {port}"]
    for number, pieces in enumerate(connections):
        if number > 0:
            lines.append("%")
        lines += [f"{way} {data.hex()}" for way, data in pieces]
    (HERE / f"{name}.txt").write_text("\n".join(lines) + "\n")
    print(name, sum(len(pieces) for pieces in connections), "pieces")


def modbus(name, framer, port):
    there, ready = free_port(), threading.Event()

    async def serve():
        values = SimData(0, values=[17, 2871, 3000, 112, 0, 65535] * 20, datatype=DataType.REGISTERS)
        server = ModbusTcpServer(SimDevice(1, simdata=[values]), framer=framer, address=("127.0.0.1", there))
        ready.set()
        await server.serve_forever()

    threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
    ready.wait()
    wait_for(there)
    relay = Relay(there)
    client = ModbusTcpClient("127.0.0.1", port=relay.port, framer=framer)
    client.connect()
    client.read_holding_registers(0, count=10, device_id=1)
    client.read_input_registers(3, count=2, device_id=1)
    client.read_coils(19, count=37, device_id=1)
    client.read_discrete_inputs(5, count=3, device_id=1)
    client.write_register(4, 250, device_id=1)
    client.write_registers(10, [1, 2, 65535], device_id=1)
    client.write_coil(7, True, device_id=1)
    client.write_coils(19, [True, False, True, True] * 3, device_id=1)
    client.mask_write_register(address=4, and_mask=0xF2, or_mask=0x25, device_id=1)
    client.readwrite_registers(read_address=3, read_count=4, address=14, values=[7, 8], device_id=1)
    client.read_holding_registers(60000, count=1, device_id=1)
    client.read_device_information(read_code=1, object_id=0, device_id=1)
    client.diag_query_data(b"\x12\xab", device_id=1)
    if framer is not FramerType.RTU:
        # Of RTU, tshark takes no request of 4 bytes, and the client waits for more bytes than there are of a queue.
        client.read_exception_status(device_id=1)
        client.report_device_id(device_id=1)
        client.read_fifo_queue(address=4, device_id=1)
    client.close()
    time.sleep(0.2)
    write(name, "tcp", port, relay.connections)


def mosquitto():
    port = free_port()
    folder = tempfile.mkdtemp()
    path = pathlib.Path(folder) / "mosquitto.conf"
    path.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    broker = subprocess.Popen(["mosquitto", "-c", path], stderr=subprocess.DEVNULL)
    wait_for(port)
    return port, broker


def speak_mqtt(name, version):
    there, broker = mosquitto()
    relay = Relay(there)
    events = {"connected": threading.Event(), "subscribed": threading.Event(), "gone": threading.Event()}
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=f"meter-{version}", protocol=version)
    client.username_pw_set("user", "secret")
    client.will_set("meters/7/state", "gone", qos=1, retain=True)
    client.on_connect = lambda *_: events["connected"].set()
    client.on_subscribe = lambda *_: events["subscribed"].set()
    client.on_disconnect = lambda *_: events["gone"].set()
    client.connect("127.0.0.1", relay.port, keepalive=30)
    client.loop_start()
    events["connected"].wait(5)
    client.subscribe([("meters/#", 2), ("温度/+", 1)] if version != 5 else "meters/#", qos=2)
    events["subscribed"].wait(5)
    extra = {}
    if version == 5:
        extra["properties"] = Properties(PacketTypes.PUBLISH)
        extra["properties"].UserProperty = [("unit", "kWh"), ("place", "hall")]
        extra["properties"].ContentType = "application/json"
        extra["properties"].MessageExpiryInterval = 60
    for qos in (0, 1, 2):
        client.publish("meters/7/power", f'{{"power":{100 + qos}}}', qos=qos, **extra).wait_for_publish(5)
        time.sleep(0.1)
    client.publish("meters/7/raw", bytes(range(200)), qos=0, retain=True).wait_for_publish(5)
    time.sleep(0.2)
    client.unsubscribe("meters/#")
    time.sleep(0.2)
    client.disconnect()
    events["gone"].wait(5)
    time.sleep(0.2)
    broker.terminate()
    write(name, "tcp", 1883, relay.connections)


def answer(query):
    """What a name server of ours says."""
    answer = dns.message.make_response(query, recursion_available=True)
    name, kind = query.question[0].name, query.question[0].rdtype
    data = {
        1: [("CNAME", "a.example.org."), ("A", "192.0.2.7")],
        28: [("AAAA", "2001:db8::7")],
        15: [("MX", "10 mail.example.org.")],
        16: [("TXT", '"v=spf1" "temp 26"')],
        2: [("NS", "ns.example.org.")],
        12: [("PTR", "a.example.org.")],
        33: [("SRV", "1 2 5060 sip.example.org.")],
        6: [("SOA", "ns.example.org. admin.example.org. 1 7200 900 1209600 86400")],
    }
    if name.to_text().startswith("nowhere."):
        answer.set_rcode(dns.rcode.NXDOMAIN)
        answer.authority.append(dns.rrset.from_text("example.org.", 300, "IN", *data[6][0]))
        return answer
    for word, text in data.get(int(kind), []):
        answer.answer.append(dns.rrset.from_text(name, 300, "IN", word, text))
    return answer


QUESTIONS = [
    ("www.example.org", "A"),
    ("www.example.org", "AAAA"),
    ("example.org", "MX"),
    ("example.org", "TXT"),
    ("example.org", "NS"),
    ("7.2.0.192.in-addr.arpa", "PTR"),
    ("_sip._tcp.example.org", "SRV"),
    ("example.org", "SOA"),
    ("nowhere.example.org", "A"),
]


def speak_dns():
    pieces = []
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    def serve():
        while True:
            data, peer = server.recvfrom(4096)
            reply = answer(dns.message.from_wire(data)).to_wire()
            pieces.extend([(">", data), ("<", reply)])
            server.sendto(reply, peer)

    threading.Thread(target=serve, daemon=True).start()
    for number, (name, kind) in enumerate(QUESTIONS):
        query = dns.message.make_query(name, kind, use_edns=number % 2 == 0, want_dnssec=number == 2)
        query.id = 0x1000 + number
        dns.query.udp(query, "127.0.0.1", port=server.getsockname()[1], timeout=5)
    write("dns-udp", "udp", 53, [pieces])

    listener = socket.create_server(("127.0.0.1", 0))

    def serve_stream():
        stream, _ = listener.accept()
        while head := stream.recv(2, socket.MSG_WAITALL):
            data = stream.recv(struct.unpack("!H", head)[0], socket.MSG_WAITALL)
            reply = answer(dns.message.from_wire(data)).to_wire()
            stream.sendall(struct.pack("!H", len(reply)) + reply)

    threading.Thread(target=serve_stream, daemon=True).start()
    relay = Relay(listener.getsockname()[1])
    with socket.create_connection(("127.0.0.1", relay.port)) as stream:
        for number, (name, kind) in enumerate(QUESTIONS):
            query = dns.message.make_query(name, kind)
            query.id = 0x2000 + number
            data = query.to_wire()
            stream.sendall(struct.pack("!H", len(data)) + data)
            head = stream.recv(2, socket.MSG_WAITALL)
            stream.recv(struct.unpack("!H", head)[0], socket.MSG_WAITALL)
            time.sleep(0.05)
    time.sleep(0.2)
    write("dns-tcp", "tcp", 53, relay.connections)


def speak_http():
    import http.server

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def reply(self, status, body, **headers):
            out = [f"HTTP/1.1 {status}\r\nServer: sample/1\r\n"]
            out += [f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items()]
            self.wfile.write("".join(out).encode() + b"\r\n" + body)

        def do_GET(self):
            if self.path.startswith("/chunked"):
                body = b"5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n"
                self.reply("200 OK", body, Transfer_Encoding="chunked", Content_Type="text/plain")
            elif self.path == "/gone":
                self.reply("404 Not Found", b"no\n", Content_Length=3, Content_Type="text/plain")
            elif self.path == "/other":
                self.reply("302 Found", b"", Location="/chunked", Content_Length=0)
            else:
                self.reply("200 OK", b"temp 26\n", Content_Length=8, Content_Type="text/plain", Set_Cookie="a=1")

        def do_HEAD(self):
            self.reply("200 OK", b"", Content_Length=8)

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.reply("204 No Content", b"")

        do_PUT = do_POST

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    relay = Relay(server.server_port)
    base = f"http://127.0.0.1:{relay.port}"
    calls = [
        [f"{base}/a/b?x=1&y=two", f"{base}/chunked", f"{base}/gone"],
        ["-I", f"{base}/a"],
        ["-b", "a=1; b=2", "-H", "Content-Type: application/json", "-d", '{"temp":26.5}', f"{base}/post"],
        ["-u", "user:secret", "-e", "http://from.example/", f"{base}/other"],
        ["-X", "PUT", "-d", "x=1", f"{base}/put"],
    ]
    for call in calls:
        subprocess.run(["curl", "-s", "-A", "curl/8", *call], stdout=subprocess.DEVNULL, check=True)
        time.sleep(0.1)
    write("http", "tcp", 80, relay.connections)


def speak_websocket():
    async def main():
        async def handler(connection):
            async for message in connection:
                await connection.send(message if isinstance(message, bytes) else "echo " + message)

        async with websockets.serve(handler, "127.0.0.1", 0, compression=None) as server:
            relay = Relay(server.sockets[0].getsockname()[1])
            url = f"ws://127.0.0.1:{relay.port}/chat"
            async with websockets.connect(url, compression=None, subprotocols=None) as client:
                for message in ("hello", "温度 26", b"\x00\x01\x02", '{"temp":26.5}', "x" * 300):
                    await client.send(message)
                    await client.recv()
                    await asyncio.sleep(0.05)
                await (await client.ping(b"are you there"))
                await asyncio.sleep(0.05)
                await client.close(1000, "enough")
            await asyncio.sleep(0.2)
            return relay.connections

    write("websocket", "tcp", 80, asyncio.run(main()))


def speak_tls():
    connections = []
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem"
            " -out cert.pem -days 3650 -subj /CN=device.example.org".split(),
            cwd=folder, stderr=subprocess.DEVNULL, check=True,
        )
        for version, more in (("-tls1_3", []), ("-tls1_2", []), ("-tls1_2", ["-tls1_1"])):
            port = free_port()
            words = ["openssl", "s_server", "-accept", str(port), "-cert", "cert.pem", "-key", "key.pem", version]
            words += ["-alpn", "http/1.1", "-quiet"]
            server = subprocess.Popen(words, cwd=folder, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
            wait_for(port)
            relay = Relay(port)
            words = ["openssl", "s_client", "-connect", f"127.0.0.1:{relay.port}", "-alpn", "h2,http/1.1"]
            words += ["-servername", "device.example.org", "-quiet", *more]
            client = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            time.sleep(0.5)
            try:
                client.stdin.write(b"hello\n")
                client.stdin.close()
            except OSError:
                pass
            time.sleep(0.5)
            client.terminate()
            server.terminate()
            connections += [pieces for pieces in relay.connections if pieces]
    write("tls", "tcp", 443, connections)


if __name__ == "__main__":
    modbus("modbus", FramerType.SOCKET, 502)
    modbus("modbus-rtu", FramerType.RTU, 5020)
    speak_mqtt("mqtt", mqtt.MQTTv311)
    speak_mqtt("mqtt5", mqtt.MQTTv5)
    speak_dns()
    speak_http()
    speak_websocket()
    speak_tls()
