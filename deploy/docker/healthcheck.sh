#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# mumic-healthcheck [/healthz | /readyz]: status 0 where the server in this container answers 200. bash opens the connection
# itself, so the image needs no curl. Port, address and token are those of the server, from its variables.
set -u
path=${1:-/healthz}
host=${MUMIC_SERVE_HOST:-127.0.0.1}
case $host in 0.0.0.0 | ::) host=127.0.0.1 ;; esac

token=${MUMIC_SERVE_TOKEN:-}
[ -z "${MUMIC_SERVE_TOKEN_FILE:-}" ] || token=$(<"$MUMIC_SERVE_TOKEN_FILE") || exit 1

exec 3<>"/dev/tcp/$host/${MUMIC_SERVE_PORT:-8080}" || exit 1
printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n' \
    "$path" "${token:+Authorization: Bearer $token$'\r\n'}" >&3
IFS= read -r -t 4 status <&3 || exit 1
[[ $status == 'HTTP/1.1 200'* ]] || {
    printf '%s: %s\n' "$path" "${status%$'\r'}" >&2
    exit 1
}
