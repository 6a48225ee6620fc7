// SPDX-License-Identifier: MIT
package lambdadispatch.extension;

/// The web app beside this extension, and what was learned of it: one for the whole life of the execution environment.
/// @param hold how long it wants to be kept after its answers
/// @param compression whether to gzip its responses
record App(AppAddress address, boolean compression, AppHabits habits, Hold hold) {
    static App of(ExtensionConfig config) {
        return new App(AppAddress.localhost(config.port()), config.compression(), new AppHabits(config.appKeepAlive(), System::nanoTime),
                new Hold(config.holding().most()));
    }
}
