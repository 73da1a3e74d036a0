# make          ./sidecar, static (musl where it is installed)
# make TLS=1    with AH, HMAC and https: mbedTLS's static libraries in it (Debian's want cc)
# make demo     two nodes, one address, a crash, the takeover: on this machine, in namespaces
# make deps     what the tests need (Debian packages)
# make test     everything this machine can run; make bench: figures beside keepalived's

PREFIX  ?= /usr/local
DESTDIR ?=

ARCH := $(shell cc -print-multiarch 2>/dev/null)
MUSL := $(shell command -v musl-gcc 2>/dev/null)
ifeq ($(origin CC),default)
CC   := $(if $(MUSL),$(if $(TLS),cc,musl-gcc),cc)
endif
# musl-gcc does not look where Debian keeps the kernel's headers
UAPI := $(if $(findstring musl,$(CC)),-idirafter /usr/include -idirafter /usr/include/$(ARCH))

CFLAGS  ?= -Os -g0
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion
TRIM    := -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -Wl,--gc-sections
LDFLAGS ?= -static -s
BUILT   := test/build/tls$(TLS)

sidecar: sidecar.c vrrp.h ipvs.h check.h $(BUILT)
	$(CC) -std=gnu99 -D_GNU_SOURCE $(CFLAGS) $(WARN) $(TRIM) $(UAPI) $(if $(TLS),-DSIDECAR_TLS) \
	    -o $@ sidecar.c $(LDFLAGS) $(if $(TLS),-lmbedtls -lmbedx509 -lmbedcrypto)

$(BUILT):
	@mkdir -p $(@D) && rm -f test/build/tls* && touch $@

demo: sidecar
	@sh test/demo.sh

DEPS := gcc g++ make clang libclang-rt-dev musl-tools python3 iproute2 iputils-ping \
        keepalived ipvsadm curl frr nginx-light haproxy dnsmasq-base exim4-daemon-light openssl \
        tcpdump tshark libcap2-bin util-linux procps universal-ctags binutils \
        linux-libc-dev libc6-dev libmbedtls-dev python3-scapy git ca-certificates \
        $(if $(filter x86_64%,$(ARCH)),gcc-multilib user-mode-linux kmod busybox-static)
SUDO := $(if $(filter-out 0,$(shell id -u)),sudo)

deps:
	$(SUDO) apt-get update -q
	$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $(DEPS)

test: sidecar
	@sh test/run.sh

bench: sidecar
	@sh test/bench/run.sh

install: sidecar
	install -D -m 755 sidecar $(DESTDIR)$(PREFIX)/sbin/sidecar
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/include vrrp.h ipvs.h check.h

clean:
	rm -rf sidecar test/build

.PHONY: demo deps test bench install clean
