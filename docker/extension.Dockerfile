# SPDX-License-Identifier: MIT
# The extension, to be copied into the image of a function:
#   FROM your-app
#   COPY --from=lambda-dispatch-extension /opt/ /opt/
# Nothing runs in this image itself.
ARG JDK_IMAGE=docker.io/library/eclipse-temurin:25-jdk-noble

FROM ${JDK_IMAGE} AS build
RUN command -v objcopy >/dev/null || (apt-get update -q && apt-get install -y -q --no-install-recommends binutils)
WORKDIR /src
COPY build.sh LICENSE ./
COPY tools tools
COPY src src
COPY docker docker
RUN ./build.sh image

FROM scratch
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="lambda-dispatch-extension" \
      org.opencontainers.image.description="AWS Lambda extension that relays requests from the router to a web app" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /src/build/image/extension/opt/ /opt/
USER 65532:65532
ENTRYPOINT ["/opt/extensions/lambda-dispatch"]
