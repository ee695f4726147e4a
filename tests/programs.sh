#!/bin/sh
# Installs the Debian packages that the tests talk to, if they are missing and it can; or those named, as program:package.
set -eu
PATH="$PATH:/usr/sbin"

# Debian's Chromium without a window to paint for costs half as much as the one with.
[ -n "${ROOMTONE_CHROMIUM:-}" ] || wanted="chromium-headless-shell:chromium-headless-shell"
# Packages that bring a program are joined by a plus; what the WHIP client asks for is half of GStreamer.
gstreamer="gstreamer1.0-plugins-base+gstreamer1.0-plugins-good+gstreamer1.0-plugins-bad+gstreamer1.0-nice"
wanted="${wanted:-} node:nodejs turnserver:coturn nginx:nginx whip-client:simple-whip-client+$gstreamer firefox-esr:firefox-esr pulseaudio:pulseaudio"
[ $# = 0 ] || wanted="$*"

missing=""
for pair in $wanted; do
  command -v "${pair%%:*}" > /dev/null || missing="$missing $(echo "${pair##*:}" | tr + " ")"
done
# What drives the browser, from Playwright's wheel, needs a library that a small Debian lacks.
if [ $# = 0 ] && command -v ldconfig > /dev/null && ! ldconfig -p | grep -q "libatomic\.so\.1"; then
  missing="$missing libatomic1"
fi
[ -n "$missing" ] || exit 0

# With a browser of either kind there is nothing to insist on.
if [ "$missing" = " chromium-headless-shell" ] && command -v chromium > /dev/null; then
  enough="chromium"
fi

give_up() {
  [ -z "${enough:-}" ] || { echo "the tests use $enough; they are faster with$missing"; exit 0; }
  echo "$1"
  exit 1
}

command -v apt-get > /dev/null ||
  give_up "The tests need these programs, and there is no apt-get to install them with:$missing"
as_root=""
if [ "$(id -u)" != 0 ]; then
  sudo -n true 2> /dev/null || give_up "The tests need these programs. Please run: sudo apt-get install$missing"
  as_root="sudo"
fi
echo "installing$missing"
{
  $as_root apt-get update -qq &&
    $as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get install -qq --yes --no-install-recommends $missing > /dev/null
} || give_up "apt-get could not install$missing. Install them by hand, then make test again."
