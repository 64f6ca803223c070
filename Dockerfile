# Builds the program, then keeps only what it needs to run.
FROM debian:12-slim AS build
WORKDIR /src

# The packages come first: they change seldom, and stay in the build cache.
COPY dev ./
RUN apt-get update \
 && apt-get install -y --no-install-recommends $(./dev packages build) nodejs npm \
 && rm -rf /var/lib/apt/lists/*

# The browser application. Every package is held to the SHA-512 sum in the lock
# file, so a network that opens TLS with a certificate of its own can change
# nothing; it only fails the first attempt.
COPY web/app/package.json web/app/package-lock.json web/app/
RUN cd web/app && { npm ci --ignore-scripts --no-audit --no-fund || npm ci --ignore-scripts --no-audit --no-fund --strict-ssl=false; }

COPY . .
RUN cmake --preset release -DPILLARBOX_TESTS=OFF \
 && cmake --build --preset release --target pillarbox \
 && llvm-strip-19 build/release/pillarbox

FROM debian:12-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libboost-container1.81.0 libboost-json1.81.0 libsqlite3-0 zlib1g libssl3 libsodium23 libunbound8 libunistring2 libidn2-0 libfmt9 \
    libspdlog1.10 libtomlplusplus3 libprometheus-cpp-core1.0 \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd -r -g 10001 pillarbox \
 && useradd -r -u 10001 -g pillarbox -d /var/lib/pillarbox -s /usr/sbin/nologin pillarbox \
 && install -d -o pillarbox -g pillarbox -m 0700 /var/lib/pillarbox
COPY --from=build /src/build/release/pillarbox /usr/local/bin/pillarbox

USER pillarbox
VOLUME /var/lib/pillarbox
# SMTP, submission (STARTTLS and TLS), POP3 (STLS and TLS), the mailbox in the browser (HTTP and HTTPS)
EXPOSE 25 587 465 110 995 8080 8443
HEALTHCHECK --interval=5s --timeout=6s --start-period=30s --retries=3 CMD ["pillarbox", "healthcheck"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["pillarbox"]
CMD ["serve"]
