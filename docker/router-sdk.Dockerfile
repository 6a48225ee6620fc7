# SPDX-License-Identifier: MIT
# The router with the AWS SDK beside it, for what only the SDK can do (docs/invoke.md): otherwise as router.Dockerfile has it. Maven fetches the pinned jars.
#   docker build -f docker/router-sdk.Dockerfile -t lambda-dispatch-router-sdk .
ARG JDK_IMAGE=docker.io/library/eclipse-temurin:25-jdk-noble

FROM ${JDK_IMAGE} AS build
RUN (command -v objcopy && command -v mvn) >/dev/null || (apt-get update -q && apt-get install -y -q --no-install-recommends binutils maven)
WORKDIR /src
COPY build.sh LICENSE ./
COPY tools tools
COPY src src
COPY docker docker
RUN ./build.sh image --with-sdk && bash docker/rootfs.sh router-sdk /rootfs

FROM scratch
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="lambda-dispatch-router-sdk" \
      org.opencontainers.image.description="Gives web requests to running AWS Lambda execution environments, with the AWS SDK" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /rootfs/ /
USER 65532:65532
# As the launcher has it: memory that the JIT compiler needed for a moment would stay in arenas of its threads.
ENV MALLOC_ARENA_MAX=1 LAMBDA_DISPATCH_Invoker=sdk
WORKDIR /
EXPOSE 5001 5002 5003 5004
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["/opt/lambda-dispatch-router/bin/java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-m", "lambdadispatch.router/lambdadispatch.router.HealthCheck"]
ENTRYPOINT ["/opt/lambda-dispatch-router/bin/java", "--module-path=/opt/lambda-dispatch-router/lib/sdk", "-m", "lambdadispatch.router/lambdadispatch.router.Main"]
