# SPDX-License-Identifier: MIT
# A function's image: a Lambda base image, the app (here the demo, in Java), and the extension copied in.
# Its stage `emulator` is what docker/compose.yaml runs as a local Lambda.
ARG JDK_IMAGE=docker.io/library/eclipse-temurin:25-jdk-noble
ARG LAMBDA_IMAGE=public.ecr.aws/lambda/provided:al2023
ARG EXTENSION_IMAGE=lambda-dispatch-extension

FROM ${EXTENSION_IMAGE} AS extension

FROM ${JDK_IMAGE} AS build
WORKDIR /src
COPY build.sh LICENSE ./
COPY tools tools
COPY src src
RUN ./build.sh compile && \
    "$(./build.sh jdk)/bin/jlink" -p build/modules --add-modules lambdadispatch.demo --strip-java-debug-attributes --no-header-files --no-man-pages --output /demo && \
    "$(./build.sh jdk)/bin/jlink" -p build/modules --add-modules lambdadispatch.emulator --strip-java-debug-attributes --no-header-files --no-man-pages --output /emulator

# The local Lambda of docker/compose.yaml: the emulator, which starts extension and app as Lambda would. Never deployed.
FROM ${JDK_IMAGE} AS emulator
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="lambda-dispatch-emulator" \
      org.opencontainers.image.description="A local AWS Lambda, with the extension and the demo app, for docker/compose.yaml" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /emulator /opt/emulator
COPY --from=build /demo /opt/demo
COPY --from=extension /opt/ /opt/
USER 65532:65532
ENV LAMBDA_DISPATCH_EmulatorExtension=/opt/extensions/lambda-dispatch \
    LAMBDA_DISPATCH_EmulatorApp="exec /opt/demo/bin/java -XX:+UseSerialGC -Xmx64m -m lambdadispatch.demo/lambdadispatch.demo.Main"
ENTRYPOINT ["/opt/emulator/bin/java", "-XX:+UseSerialGC", "-Xmx128m", "-m", "lambdadispatch.emulator/lambdadispatch.emulator.Main"]

FROM ${LAMBDA_IMAGE}
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="lambda-dispatch-demo" \
      org.opencontainers.image.description="A web app on AWS Lambda behind Lambda Dispatch" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}"
COPY --from=build /demo /opt/demo
COPY --from=extension /opt/ /opt/
ENV PORT=3001 LAMBDA_DISPATCH_PORT=3001
# The extension is the function's runtime: the app itself knows nothing of Lambda.
ENTRYPOINT ["/opt/demo/bin/java", "-XX:+UseSerialGC", "-m", "lambdadispatch.demo/lambdadispatch.demo.Main"]
