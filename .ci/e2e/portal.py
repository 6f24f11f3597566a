"""A stand-in for the desktop's file dialog service: it answers what a file says, so that no person is needed.

    portal.py ANSWER_FILE

The file holds one line: `ok PATH`, `cancel`, `never`, or `die` to vanish while the dialog is open. Every request is
told on standard output.
"""

import os
import pathlib
import sys

from gi.repository import Gio, GLib

NAME = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
# A person takes this long at least; who answers faster is taken for a missing dialog.
ANSWER_MILLIS = 400
INTERFACES = """
<node><interface name="org.freedesktop.portal.FileChooser">
  <property name="version" type="u" access="read"/>
  <method name="OpenFile"><arg type="s" direction="in"/><arg type="s" direction="in"/>
    <arg type="a{sv}" direction="in"/><arg type="o" direction="out"/></method>
  <method name="SaveFile"><arg type="s" direction="in"/><arg type="s" direction="in"/>
    <arg type="a{sv}" direction="in"/><arg type="o" direction="out"/></method>
</interface></node>
"""


def main():
    answers = pathlib.Path(sys.argv[1])
    bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
    (chooser,) = Gio.DBusNodeInfo.new_for_xml(INTERFACES).interfaces

    def asked(connection, sender, _path, _interface, method, parameters, invocation):
        _parent, title, options = parameters.unpack()
        request = f"{PATH}/request/{sender[1:].replace('.', '_')}/{options.get('handle_token', 't')}"
        print(method, title, options.get("current_name", ""), flush=True)
        invocation.return_value(GLib.Variant("(o)", (request,)))
        GLib.timeout_add(ANSWER_MILLIS, answer, connection, sender, request)

    def answer(connection, sender, request):
        word, _, path = answers.read_text().strip().partition(" ")
        if word == "die":
            os._exit(1)
        if word != "never":
            uris = {"uris": GLib.Variant("as", [pathlib.Path(path).as_uri()])} if word == "ok" else {}
            response = GLib.Variant("(ua{sv})", (0 if word == "ok" else 1, uris))
            connection.emit_signal(sender, request, "org.freedesktop.portal.Request", "Response", response)
        return False

    bus.register_object(PATH, chooser, asked, lambda *_: GLib.Variant("u", 4), None)
    Gio.bus_own_name_on_connection(bus, NAME, Gio.BusNameOwnerFlags.NONE, None, None)
    print("ready", flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
