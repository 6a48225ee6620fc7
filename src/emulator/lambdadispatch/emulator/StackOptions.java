// SPDX-License-Identifier: MIT
package lambdadispatch.emulator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The command line of the local stack. Most options are another way to set a variable, so that one place decides what is valid.
///
/// @param environment the variables with the options laid over them
/// @param faults one line for each option that can not be understood
record StackOptions(Map<String, String> environment, boolean help, boolean images, String routerHeap, String extensionHeap,
        List<String> faults) {
    static final String USAGE = """
            Usage: ./build.sh run [OPTIONS]

            Starts an emulated Lambda, the router and a web app, and stops all of it on Ctrl-C.

              --app 'CMD'           the web app to run in each environment, in the folder where you are (default: the demo app).
                                    It gets PORT, and is ready when it answers GET /health with 200, as on Lambda
                                    (or as the LAMBDA_DISPATCH_HEALTH_... variables say)
              --instances N         environments at most (default 10)
              --per-environment N   invocations at once in each, as Lambda's managed instances have (default 1)
              --cold-start TIME     what placing an environment takes before its init, as 250ms (default 0)
              --memory MB           the function's memory, for the bill (default 1024)
              --timeout TIME        the function's time-out, as 30s (default 15m)
              --faults LIST         what goes wrong, as throttle=0.2,service=0.1 (see the variable)
              --router-heap SIZE    the router's heap, as 64m; likewise --extension-heap
              --image               run the linked images in build/image instead of the compiled classes
              --verbose             show what extensions and apps print
              --help                this text, and the variables

            The router's own variables (LAMBDA_DISPATCH_IncomingRequestHTTPPort and so on) and the extension's are passed on to them.
            """;

    private static final Map<String, String> VARIABLES = Map.of(
            "--app", "LAMBDA_DISPATCH_EmulatorApp",
            "--instances", "LAMBDA_DISPATCH_EmulatorConcurrency",
            "--per-environment", "LAMBDA_DISPATCH_EmulatorPerEnvironment",
            "--cold-start", "LAMBDA_DISPATCH_EmulatorColdStart",
            "--memory", "LAMBDA_DISPATCH_EmulatorMemory",
            "--timeout", "LAMBDA_DISPATCH_EmulatorTimeout",
            "--faults", "LAMBDA_DISPATCH_EmulatorFaults");

    static StackOptions parse(List<String> arguments, Map<String, String> variables) {
        Map<String, String> environment = new HashMap<>(variables);
        Map<String, String> heaps = new HashMap<>();
        List<String> faults = new ArrayList<>();
        boolean help = false;
        boolean images = false;
        for (int i = 0; i < arguments.size(); i++) {
            String[] option = arguments.get(i).split("=", 2);
            switch (option[0]) {
                case "--help", "-h" -> help = true;
                case "--image" -> images = true;
                case "--verbose" -> environment.put("LAMBDA_DISPATCH_EmulatorVerbose", "true");
                case "--app", "--instances", "--per-environment", "--cold-start", "--memory", "--timeout", "--faults", "--router-heap",
                        "--extension-heap" -> {
                    if (option.length == 1 && i + 1 == arguments.size()) {
                        faults.add(option[0] + " needs a value");
                    } else {
                        String value = option.length == 2 ? option[1] : arguments.get(++i);
                        value = option[0].equals("--cold-start") && value.matches("\\d+") ? value + "ms" : value;
                        (VARIABLES.containsKey(option[0]) ? environment : heaps).put(VARIABLES.getOrDefault(option[0], option[0]), value);
                    }
                }
                default -> faults.add("there is no option " + arguments.get(i) + "; --help lists them");
            }
        }
        heaps.values().stream().filter(heap -> !heap.matches("\\d+[kKmMgG]?"))
                .forEach(heap -> faults.add("a heap size is written as 64m, not " + heap));
        return new StackOptions(environment, help, images, heaps.getOrDefault("--router-heap", ""),
                heaps.getOrDefault("--extension-heap", ""), faults);
    }
}
