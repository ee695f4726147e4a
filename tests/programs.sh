#!/bin/sh
# Installs missing Debian packages that the tests use, or those given as program:package.
set -eu
PATH="$PATH:/usr/sbin"

# The headless shell needs half the processor time of the full Chromium.
[ -n "${ROOMTONE_CHROMIUM:-}" ] || wanted="chromium-headless-shell:chromium-headless-shell"
# A plus joins the packages that one program needs; the WHIP client needs GStreamer's plugins.
gstreamer="gstreamer1.0-plugins-base+gstreamer1.0-plugins-good+gstreamer1.0-plugins-bad+gstreamer1.0-nice"
# Only the full Chromium shows notifications.
wanted="${wanted:-} chromium:chromium node:nodejs turnserver:coturn nginx:nginx nats-server:nats-server redis-server:redis-server pgbouncer:pgbouncer haproxy:haproxy caddy:caddy promtool:prometheus whip-client:simple-whip-client+$gstreamer firefox-esr:firefox-esr pulseaudio:pulseaudio janus:janus systemd-analyze:systemd espeak-ng:espeak-ng"
[ $# = 0 ] || wanted="$*"

missing=""
for pair in $wanted; do
  command -v "${pair%%:*}" > /dev/null || missing="$missing $(echo "${pair##*:}" | tr + " ")"
done
# A module of nginx is no program.
if [ $# = 0 ] && [ ! -e /usr/lib/nginx/modules/ngx_nchan_module.so ]; then
  missing="$missing libnginx-mod-nchan"
fi
# Playwright's driver needs a library that a minimal Debian does not have.
if [ $# = 0 ] && command -v ldconfig > /dev/null && ! ldconfig -p | grep -q "libatomic\.so\.1"; then
  missing="$missing libatomic1"
fi
[ -n "$missing" ] || exit 0

# The tests also run with the full Chromium.
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
