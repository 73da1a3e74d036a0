# The image is one static file. It needs NET_ADMIN and NET_RAW, nothing else:
#   docker run --rm --network host --cap-drop ALL --cap-add NET_ADMIN --cap-add NET_RAW \
#       --read-only -e VRRP_VIRTUAL_IPADDRESS=192.168.4.80/24 sidecar
# With AH, HMAC and https: docker build --build-arg TLS=1
FROM debian:bookworm-slim AS build
RUN apt-get update -q && apt-get install -y -q --no-install-recommends \
    gcc make musl-tools linux-libc-dev libc6-dev libmbedtls-dev libcap2-bin
WORKDIR /src
COPY Makefile sidecar.c *.h ./
# =p and not =ep: with +e exec itself fails where one of the two was not granted; sidecar raises
# what it got and says which one is missing.
ARG TLS=
RUN make TLS=$TLS && setcap cap_net_admin,cap_net_raw=p sidecar

FROM scratch
COPY --from=build /src/sidecar /sidecar
ENTRYPOINT ["/sidecar"]
