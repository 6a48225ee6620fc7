// SPDX-License-Identifier: MIT
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.InvokeDynamicEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import jdk.internal.jimage.ImageReader;

/// Prints what the AOT cache of an image is to hold, as `-XX:SharedClassListFile` takes it: the same text for the same image, whatever the
/// machine did meanwhile.
///
/// - the JDK's classes that a file lists (once recorded), as far as the image has them
/// - our own that can be reached from the program's main class and from what our modules provide, but for what is reached by way of classes
///   that few need
/// - `@cp`: the constants of all these that may be resolved beforehand. Of the JDK's lambdas and string concatenations those that the file
///   lists, of ours all
///
/// `java --add-exports java.base/jdk.internal.jimage=ALL-UNNAMED docker/AotList.java HOME LISTED MAIN [RARE…]`
class AotList {
    private static final String OURS = "lambdadispatch/";
    private static final Set<String> FACTORIES = Set.of("java/lang/invoke/LambdaMetafactory", "java/lang/invoke/StringConcatFactory");

    private static final String MODULE = "module-info.class";

    private final ImageReader image;
    private final Map<String, String> entries = new HashMap<>();
    private final List<String> modules = new ArrayList<>();

    private AotList(ImageReader image) {
        this.image = image;
        for (String entry : image.getEntryNames()) { // as /java.base/java/lang/Object.class; a second call would fail
            if (entry.endsWith(MODULE)) {
                modules.add(entry);
            } else if (entry.endsWith(".class")) {
                entries.put(entry.substring(entry.indexOf('/', 1) + 1, entry.length() - ".class".length()), entry);
            }
        }
    }

    public static void main(String[] arguments) throws IOException {
        try (ImageReader image = ImageReader.open(Path.of(arguments[0], "lib/modules"))) {
            AotList list = new AotList(image);
            List<String> listed = Files.readAllLines(Path.of(arguments[1])).stream().filter(line -> !line.startsWith("#")).toList();
            List<String> rare = List.of(arguments).subList(3, arguments.length);
            if (!list.entries.keySet().containsAll(rare)) {
                throw new IllegalArgumentException("not all in the image: " + rare);
            }
            TreeSet<String> classes = new TreeSet<>(list.reached(arguments[2], rare));
            listed.stream().filter(line -> !line.startsWith("@") && list.entries.containsKey(line)).forEach(classes::add);
            classes.forEach(System.out::println);
            listed.stream().filter(line -> line.startsWith("@")).forEach(System.out::println);
            Set<String> lambdas = new HashSet<>();
            listed.stream().filter(line -> line.startsWith("@lambda-proxy ")).map(line -> line.split(" "))
                    .forEach(word -> lambdas.add(site(word[1], word[2], word[3])));
            for (String name : classes) {
                list.printConstants(name, lambdas);
            }
        }
    }

    private ClassModel model(String name) throws IOException {
        return ClassFile.of().parse(image.getResource(entries.get(name)));
    }

    private Set<String> reached(String main, List<String> rare) throws IOException {
        Queue<String> toVisit = new ArrayDeque<>(providers());
        toVisit.add(main);
        Set<String> visited = new HashSet<>(rare);
        while (!toVisit.isEmpty()) {
            String name = toVisit.remove();
            if (name.startsWith(OURS) && entries.containsKey(name) && visited.add(name)) {
                for (PoolEntry constant : model(name).constantPool()) {
                    if (constant instanceof ClassEntry type) {
                        toVisit.add(type.asInternalName().replaceAll("^\\[+L|;$", "")); // arrays name their elements' class
                    }
                }
            }
        }
        rare.forEach(visited::remove);
        return visited;
    }

    private List<String> providers() throws IOException {
        List<String> providers = new ArrayList<>();
        for (String entry : modules) {
            for (var attribute : ClassFile.of().parse(image.getResource(entry)).attributes()) {
                if (attribute instanceof ModuleAttribute module) {
                    module.provides().forEach(provides -> provides.providesWith().forEach(type -> providers.add(type.asInternalName())));
                }
            }
        }
        return providers;
    }

    private void printConstants(String name, Set<String> lambdas) throws IOException {
        StringBuilder line = new StringBuilder("@cp ").append(name);
        int shortest = line.length();
        for (PoolEntry constant : model(name).constantPool()) {
            boolean resolved = switch (constant) {
                case ClassEntry _, MemberRefEntry _ -> true;
                case InvokeDynamicEntry call -> isWanted(name, call, lambdas);
                default -> false;
            };
            if (resolved) {
                line.append(' ').append(constant.index());
            }
        }
        if (line.length() > shortest) {
            System.out.println(line);
        }
    }

    private static boolean isWanted(String name, InvokeDynamicEntry call, Set<String> lambdas) {
        boolean archivable = FACTORIES.contains(call.bootstrap().bootstrapMethod().reference().owner().asInternalName());
        return name.startsWith(OURS) ? archivable : lambdas.contains(site(name, call.name().stringValue(), call.type().stringValue()));
    }

    private static String site(String caller, String method, String type) {
        return caller + ' ' + method + ' ' + type;
    }
}
