// SPDX-License-Identifier: MIT
package lambdadispatch.aws.credentials;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/// The little XML that STS writes: nested elements and text. Anything else - a document type, comments, CDATA, processing
/// instructions but the first, attributes but a namespace - is refused rather than understood wrongly. Pure.
final class PlainXml {
    private static final int DEEPEST = 16;
    private static final Map<String, String> ENTITIES = Map.of("amp", "&", "lt", "<", "gt", ">", "quot", "\"", "apos", "'");

    /// Not in this form. The message never quotes the text.
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String why) {
            super(why);
        }
    }

    private final String text;
    private final Deque<String> open = new ArrayDeque<>();
    private final Map<String, String> leaves = new HashMap<>();
    private int at;

    private PlainXml(String text) {
        this.text = text;
    }

    /// The text of each innermost element, by its path without the root's name: `Result/Credentials/AccessKeyId`.
    /// @throws Malformed also if a path comes twice
    static Map<String, String> leaves(String text) throws Malformed {
        PlainXml xml = new PlainXml(text.strip());
        xml.declaration();
        xml.document();
        return xml.leaves;
    }

    private void declaration() throws Malformed {
        if (text.startsWith("<?xml ")) {
            at = past("?>");
        }
    }

    private void document() throws Malformed {
        boolean leaf = false;
        do {
            String content = content();
            if (at >= text.length()) {
                throw new Malformed("an element is not closed");
            }
            if (text.startsWith("</", at)) {
                close(leaf ? content : null);
                leaf = false;
            } else {
                if (leaf && !content.isBlank()) {
                    throw new Malformed("text beside elements");
                }
                leaf = open();
            }
        } while (!open.isEmpty());
        if (!text.substring(at).isBlank()) {
            throw new Malformed("text after the end");
        }
    }

    /// The text up to the next tag, its references resolved.
    private String content() throws Malformed {
        int end = text.indexOf('<', at);
        end = end < 0 ? text.length() : end;
        StringBuilder content = new StringBuilder(end - at);
        while (at < end) {
            char c = text.charAt(at++);
            content.append(c == '&' ? reference() : String.valueOf(c));
        }
        return content.toString();
    }

    private String reference() throws Malformed {
        int semicolon = text.indexOf(';', at);
        if (semicolon < 0 || semicolon - at > 8) {
            throw new Malformed("a reference does not end");
        }
        String name = text.substring(at, semicolon);
        at = semicolon + 1;
        if (ENTITIES.containsKey(name)) {
            return ENTITIES.get(name);
        }
        if (name.matches("#[0-9]{1,6}|#x[0-9a-fA-F]{1,5}")) {
            return Character
                    .toString(name.startsWith("#x") ? Integer.parseInt(name.substring(2), 16) : Integer.parseInt(name.substring(1)));
        }
        throw new Malformed("an unknown reference");
    }

    /// Returns whether it may hold text: `<a/>` is over at once.
    private boolean open() throws Malformed {
        int end = past(">") - 1;
        String tag = text.substring(at + 1, end);
        boolean empty = tag.endsWith("/");
        String name =
                (empty ? tag.substring(0, tag.length() - 1) : tag).strip().replaceFirst("\\s+xmlns(:\\w+)?=(\"[^\"<>]*\"|'[^'<>]*')$", "");
        if (!name.matches("[A-Za-z][A-Za-z0-9._-]*")) {
            throw new Malformed("markup that is no plain element");
        }
        if (open.size() >= DEEPEST) {
            throw new Malformed("nested too deeply");
        }
        at = end + 1;
        open.addLast(name);
        if (empty) {
            leave("");
        }
        return !empty;
    }

    /// @param content of an innermost element, else null
    private void close(String content) throws Malformed {
        int end = past(">") - 1;
        if (open.isEmpty() || !text.substring(at + 2, end).strip().equals(open.peekLast())) {
            throw new Malformed("a closing tag that does not fit");
        }
        at = end + 1;
        leave(content);
    }

    private void leave(String content) throws Malformed {
        String path = String.join("/", open.stream().skip(1).toList());
        open.removeLast();
        if (content != null && leaves.put(path, content) != null) {
            throw new Malformed("an element that comes twice");
        }
    }

    private int past(String mark) throws Malformed {
        int found = text.indexOf(mark, at);
        if (found < 0) {
            throw new Malformed("markup does not end");
        }
        return found + mark.length();
    }
}
