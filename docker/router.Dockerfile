# SPDX-License-Identifier: MIT
# The router: sources are built on a public JDK 25 image, the result holds the linked image and the C library it needs, no shell.
#   docker build -f docker/router.Dockerfile -t lambda-dispatch-router .
ARG JDK_IMAGE=docker.io/library/eclipse-temurin:25-jdk-noble

FROM ${JDK_IMAGE} AS build
RUN command -v objcopy >/dev/null || (apt-get update -q && apt-get install -y -q --no-install-recommends binutils)
WORKDIR /src
COPY build.sh LICENSE ./
COPY tools tools
COPY src src
COPY docker docker
RUN ./build.sh image && bash docker/rootfs.sh router /rootfs

FROM scratch
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="lambda-dispatch-router" \
      org.opencontainers.image.description="Gives web requests to running AWS Lambda execution environments" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /rootfs/ /
USER 65532:65532
# As the launcher has it: memory that the JIT compiler needed for a moment would stay in arenas of its threads.
ENV MALLOC_ARENA_MAX=1
WORKDIR /
EXPOSE 5001 5002 5003 5004
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["/opt/lambda-dispatch-router/bin/java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-m", "lambdadispatch.router/lambdadispatch.router.HealthCheck"]
ENTRYPOINT ["/opt/lambda-dispatch-router/bin/java", "-XX:AOTCache=/opt/lambda-dispatch-router/lib/lambda-dispatch.aot", "-m", "lambdadispatch.router/lambdadispatch.router.Main"]
