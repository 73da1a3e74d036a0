# shellcheck shell=bash
# Servers that are judged by what they say.

# shellcheck source=test/vm/t/director.sh
. "${BASH_SOURCE[0]%/*}/director.sh"

page_service() { # page_service VARIABLE=VALUE...: rs1 and rs2 by one director
    # shellcheck disable=SC2034
    SERVICE=(VRRP_INTERFACE=eth0 "VRRP_VIRTUAL_IPADDRESS=$(vips)" "IPVS_WEB=tcp://$AT:80"
        IPVS_WEB_LB_ALGO=rr "IPVS_WEB_LB_KIND=${KIND^^}" IPVS_WEB_DELAY_LOOP=1
        "IPVS_WEB_REAL_SERVER=$(reals 1 1)" "$@")
    watch_nodes "$V" dir1 dir2
    director dir1
    wait_for 20 alone dir1 || die "dir1 did not become MASTER"
}
# says rs1 TEXT|STATUS: from now on
says() {
    end "$1"
    web "$1" "$1" "location = /state { return $2; }"
}
refused_by_page() { # the server answers, yet it is not what was asked for
    says rs1 "$1"
    wait_for 15 not serves dir1 1 || die "rs1 says '$1' and stays"
    serves dir1 2 || die "rs2 left, too"
    ask 20
    shares 0 20 0
    says rs1 "$2"
    wait_for 15 serves dir1 1 || die "rs1 says '$2' and is not used"
}
t_page_status_code() {
    lab nat
    says rs1 200
    says rs2 204
    page_service IPVS_WEB_HTTP_GET_URL_PATH=/state IPVS_WEB_HTTP_GET_RETRY=0 \
        "IPVS_WEB_HTTP_GET_URL_STATUS_CODE=200 204"
    wait_for 15 serves dir1 1 || die "rs1 is not used"
    refused_by_page 503 200
    refused_by_page 301 204
}
t_page_digest() {
    local digest
    lab nat
    digest=$(printf 'all is well' | md5sum)
    says rs1 '200 "all is well"'
    says rs2 '200 "all is well"'
    page_service IPVS_WEB_HTTP_GET_URL_PATH=/state IPVS_WEB_HTTP_GET_RETRY=0 \
        "IPVS_WEB_HTTP_GET_URL_DIGEST=${digest%% *}"
    wait_for 15 serves dir1 1 || die "rs1 is not used"
    refused_by_page '200 "all is lost"' '200 "all is well"'
}
t_page_ssl_get() {
    lab nat
    certificate
    says rs1 200
    says rs2 200
    with_tls
    page_service IPVS_WEB_SSL_GET_URL_PATH=/state IPVS_WEB_SSL_GET_CONNECT_PORT=443 \
        IPVS_WEB_SSL_GET_RETRY=0 IPVS_WEB_SSL_GET_URL_STATUS_CODE=200
    wait_for 15 serves dir1 1 || die "rs1 is not used"
    refused_by_page 500 200
}
t_page_ssl_get_refused() {
    lab nat
    sidecar s dir1 "IPVS_WEB=tcp://$AT:80" "IPVS_WEB_REAL_SERVER=$(reals 1)" \
        IPVS_WEB_SSL_GET_URL_PATH=/
    wait_for 10 not alive s || die "a build without TLS runs with SSL_GET"
    end s
    [ "$STATUS" = 2 ] && said s 'TLS=1' || die "exit status $STATUS"
}
