"""The client's logic for a tab without the view, as one script: to load its 84 modules would cost more than all else that a tab does."""

from __future__ import annotations

from roomtone.http.linked_modules import linked, modules_of
from roomtone.paths import CLIENT_WEB

_ENTRY = """import { createSession } from './session.js'
import { createShell } from './room/shell.js'
import { expose } from './room/debug.js'
const session = createSession()
const shell = createShell({ session })
expose({ session, shell })
await session.restore()
shell.open()
"""


def _without_a_view() -> str:
    sources = {
        path.relative_to(CLIENT_WEB).as_posix(): path.read_text()
        for path in CLIENT_WEB.rglob("*.js")
    }
    sources["tab.js"] = _ENTRY
    script = linked(modules_of("tab.js", sources), sources, "tab.js")
    address = "new URL('client/tab.js', location.href).href"  # beside /live, where the relay may be below a path
    return f"async () => {{ {script.replace('import.meta.url', address)} }}"


WITHOUT_A_VIEW = _without_a_view()
"""Signs in the user of the address, and subscribes to the hallway."""

WHERE = """() => {
    const { roomtone } = globalThis
    if (!roomtone?.state) return document.title
    const { phase, route, me, microphone, connectionProblems } = roomtone.state
    const peers = roomtone.peers().map((each) => [each.user_id, each.peer.state])
    return JSON.stringify({ phase, route, me, microphone, connectionProblems, peers })
}"""
"""What a test that failed wants to know first."""
