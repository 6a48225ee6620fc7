// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import lambdadispatch.base.json.Json;
import lambdadispatch.carrier.Threads;

/// A program of the user's that prints credentials as JSON, run by `/bin/sh`.
/// Source: AWS SDKs and Tools Reference Guide, "Process credential provider".
record ProcessSource(String command, Duration limit) implements CredentialSource {
    static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int LONGEST_OUTPUT = 64_000;
    private static final String NAME = "credential_process";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Issued issue() throws CredentialsException {
        String output = run();
        Json.JsonObject object = Issued.object(output, NAME);
        if (object.number("Version").orElse(0) != 1) {
            throw CredentialsException.lasting(NAME + " printed another version than 1");
        }
        return Issued.parse(output, NAME);
    }

    private String run() throws CredentialsException {
        Process process = start();
        // One that prints for ever or never ends is killed; its pipe then ends, whatever it started.
        Thread watch = Threads.virtual("credential-process").start(() -> endAfterLimit(process));
        try (InputStream stdout = process.getInputStream()) {
            byte[] output = stdout.readNBytes(LONGEST_OUTPUT + 1);
            if (output.length > LONGEST_OUTPUT) {
                throw CredentialsException.lasting(NAME + " printed more than " + LONGEST_OUTPUT + " bytes");
            }
            int status = process.waitFor();
            if (status != 0) {
                // What it wrote to its standard error may hold secrets.
                throw CredentialsException.passing(NAME + " ended with status " + status, null);
            }
            return new String(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw CredentialsException
                    .passing(NAME + ": " + e.getClass().getSimpleName() + ", it may have taken longer than " + limit.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CredentialsException.passing(NAME + " was interrupted", e);
        } finally {
            end(process);
            watch.interrupt();
        }
    }

    private Process start() throws CredentialsException {
        try {
            ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", command).redirectError(ProcessBuilder.Redirect.DISCARD);
            Process process = builder.start();
            process.getOutputStream().close();
            return process;
        } catch (IOException e) {
            throw CredentialsException.lasting(NAME + " can not be run here: " + e.getMessage() + " (the router's image has no shell)", e);
        }
    }

    private void endAfterLimit(Process process) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                end(process);
            }
        } catch (InterruptedException e) {
            return; // it ended in time
        }
    }

    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
