"""Listening at the door of a room without signing in: the button, and what Chromium plays of both formats."""

from __future__ import annotations

from playwright.sync_api import BrowserContext

from ..conftest import Connect
from ..people import Psql
from ..running import RunningRelay
from ..server.listening.mix import broadcast_room, played_mix
from .test_accessibility import flawless
from .test_look_layout import SPILLS
from .user_page import user_page

LOUDEST = """
async (kind) => {
  const audio = new Audio()
  document.body.append(audio)
  const folder = location.pathname
  if (kind === 'stream') audio.src = `${folder}/listen`
  else {
    // What hls.js does with segments of fragmented MP4.
    const media = new MediaSource()
    audio.src = URL.createObjectURL(media)
    await new Promise((done) => media.addEventListener('sourceopen', done))
    const buffer = media.addSourceBuffer('audio/mp4; codecs="mp4a.40.2"')
    buffer.mode = 'segments'
    const names = async () => [...(await (await fetch(`${folder}/listen.m3u8`)).text()).matchAll(/listen\\/\\w+\\/[\\w.]+/gu)].map(([name]) => name)
    const append = async (name) => {
      buffer.appendBuffer(await (await fetch(`${folder}/${name}`)).arrayBuffer())
      await new Promise((done, failed) => { buffer.onupdateend = done; buffer.onerror = failed })
    }
    const appended = new Set()
    const more = async () => {
      for (const name of await names()) {
        if (!appended.has(name)) { appended.add(name); await append(name) }
      }
      if (audio.buffered.length && audio.currentTime < audio.buffered.start(0)) audio.currentTime = audio.buffered.start(0)
    }
    await more()
    let plays = true
    audio.addEventListener('pause', () => { plays = false })
    void (async () => {
      for (;;) {
        await new Promise((done) => setTimeout(done, 1000))
        if (!plays) return
        await more()  // one after the other, however long it takes
      }
    })()
  }
  const context = new AudioContext()
  const analyser = new AnalyserNode(context, { fftSize: 16384 })
  context.createMediaElementSource(audio).connect(analyser).connect(context.destination)
  await Promise.all([context.resume(), audio.play()])
  const spectrum = new Float32Array(analyser.frequencyBinCount)
  for (;;) {
    await new Promise((done) => setTimeout(done, 100))
    analyser.getFloatFrequencyData(spectrum)
    const bin = spectrum.indexOf(Math.max(...spectrum))
    const hertz = bin * context.sampleRate / analyser.fftSize
    if (spectrum[bin] > -30 && Math.abs(hertz - 440) < 6) break
  }
  audio.pause()
  audio.remove()
  await context.close()
  return true
}
"""


def test_anybody_hears_a_broadcast_room_at_its_door(
    context: BrowserContext, relay: RunningRelay, psql: Psql, connect: Connect
) -> None:
    radio = broadcast_room(psql)
    with (
        played_mix(connect) as mix,
        user_page(context, relay.url, path=f"/rooms/{radio}", refusals=True) as anonymous,
    ):
        anonymous.page.emulate_media(color_scheme="dark")
        anonymous.resize((320, 640))
        listen = anonymous.button("Listen without entering")
        listen.focus()
        anonymous.page.keyboard.press("Enter")
        anonymous.reads("You hear this room about 2 seconds late. Nobody there sees or hears you.")
        assert anonymous.page.evaluate(SPILLS) == []
        flawless(anonymous, "door-player")
        for kind in ("stream", "playlist"):
            assert anonymous.page.evaluate(LOUDEST, kind)
        mix.silent.set()
        psql.run("update rooms set broadcast = false where id = %s", radio)
        anonymous.reads("The host no longer lets anybody listen. Enter to hear the room.")
        listen.wait_for(state="hidden")
        psql.run("update rooms set broadcast = true where id = %s", radio)
        anonymous.button("Listen without entering").click()
        anonymous.button("Stop listening").click()
        anonymous.button("Listen without entering").wait_for()
