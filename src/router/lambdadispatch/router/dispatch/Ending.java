// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

/// How an instance's invoke ended.
///
/// @param instance public name
/// @param how the extension's reason, or the fault in words
/// @param well it returned as it should
public record Ending(String instance, String how, boolean well) {}
