#!/usr/bin/env bash
# Programs of the distribution that some tests talk to when they are there. A convenience, never a condition: it always ends
# well, and without them, without root or without a network those tests say that they were left out.
set -u

wanted=()
command -v pgbouncer >/dev/null || wanted+=(pgbouncer)
# Where services are managed, installing it would change who keeps this machine's time: that is not the business of a test run.
[ -d /run/systemd/system ] || PATH="$PATH:/usr/sbin" command -v chronyd >/dev/null || wanted+=(chrony)
[ "${#wanted[@]}" -gt 0 ] || exit 0
command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ] || exit 0

apt=(timeout --kill-after=5 60 env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=0 -o Acquire::http::Timeout=10)
"${apt[@]}" update >/dev/null 2>&1
for package in "${wanted[@]}"; do
  "${apt[@]}" install -y --no-install-recommends "$package" >/dev/null 2>&1 || echo "$package could not be installed"
done
exit 0
