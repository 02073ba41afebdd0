package io.edgeipsec.daemon.config;

import io.edgeipsec.api.error.Suggestion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * One mapping of the file. Each key is asked for once; {@link #finish} then reports the keys that
 * nobody asked for. Errors are collected, and what they are about reads as absent.
 */
final class Section {

    private final String path;
    private final Errors errors;
    private final Map<String, Node> values = new HashMap<>();
    private final Map<String, Node> unasked = new HashMap<>();
    private final TreeSet<String> known = new TreeSet<>();

    /** Collects errors with their place in the file. */
    static final class Errors {

        private final String file;
        private final List<String> lines = new ArrayList<>();

        Errors(String file) {
            this.file = file;
        }

        void add(Node at, String message) {
            lines.add(
                    at.getStartMark()
                                    .map(
                                            mark ->
                                                    file
                                                            + ":"
                                                            + (mark.getLine() + 1)
                                                            + ":"
                                                            + (mark.getColumn() + 1))
                                    .orElse(file)
                            + ": "
                            + message);
        }

        /** About something that has no place. */
        void add(String message) {
            lines.add(file + ": " + message);
        }

        List<String> lines() {
            return lines;
        }
    }

    /** The section that a node is; an absent one is empty. */
    Section(String path, Optional<Node> node, Errors errors) {
        this.path = path;
        this.errors = errors;
        if (node.isEmpty() || isNull(node.get())) {
            return;
        }
        if (!(node.get() instanceof MappingNode mapping)) {
            errors.add(node.get(), (path.isEmpty() ? "the file" : path) + " must be a mapping");
            return;
        }
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                errors.add(tuple.getKeyNode(), "a key must be a word");
            } else if (unasked.putIfAbsent(key.getValue(), key) != null) {
                errors.add(key, named(key.getValue()) + " is there twice");
            } else {
                values.put(key.getValue(), tuple.getValueNode());
            }
        }
    }

    private static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private String named(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private Optional<Node> take(String key) {
        known.add(key);
        unasked.remove(key);
        return Optional.ofNullable(values.remove(key)).filter(node -> !isNull(node));
    }

    Section section(String key) {
        return new Section(named(key), take(key), errors);
    }

    /** A scalar, parsed; the parser says what it expects by its exception's message. */
    <T> Optional<T> value(String key, Function<String, T> parser) {
        return take(key).flatMap(node -> parse(key, node, parser));
    }

    private <T> Optional<T> parse(String key, Node node, Function<String, T> parser) {
        if (!(node instanceof ScalarNode scalar)) {
            errors.add(node, named(key) + " must be a single value");
            return Optional.empty();
        }
        try {
            return Optional.of(parser.apply(scalar.getValue()));
        } catch (IllegalArgumentException e) {
            errors.add(
                    node, named(key) + " is " + scalar.getValue() + "; expected " + e.getMessage());
            return Optional.empty();
        }
    }

    OptionalInt integer(String key, int least, int most) {
        return value(
                        key,
                        text -> {
                            try {
                                int value = Integer.parseInt(text);
                                if (value >= least && value <= most) {
                                    return OptionalInt.of(value);
                                }
                            } catch (NumberFormatException e) {
                                // Falls through to the same sentence.
                            }
                            throw new IllegalArgumentException(
                                    "an integer from " + least + " to " + most);
                        })
                .orElse(OptionalInt.empty());
    }

    /** A constant of an enum, written in lower case. */
    <E extends Enum<E>> Optional<E> constant(String key, Class<E> type) {
        return value(
                key,
                text ->
                        Stream.of(type.getEnumConstants())
                                .filter(each -> word(each).equals(text))
                                .findFirst()
                                .orElseThrow(
                                        () ->
                                                new IllegalArgumentException(
                                                        Stream.of(type.getEnumConstants())
                                                                .map(Section::word)
                                                                .collect(
                                                                        Collectors.joining(
                                                                                " or ")))));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** A list of scalars; absent and empty are the same. */
    <T> List<T> list(String key, Function<String, T> parser) {
        Optional<Node> node = take(key);
        List<T> elements = new ArrayList<>();
        if (node.isPresent()) {
            if (node.get() instanceof SequenceNode sequence) {
                sequence.getValue()
                        .forEach(each -> parse(key, each, parser).ifPresent(elements::add));
            } else {
                errors.add(node.get(), named(key) + " must be a list");
            }
        }
        return elements;
    }

    /** Refuses one of two keys without the other. */
    void require(String one, Optional<?> first, String other, Optional<?> second) {
        if (first.isPresent() != second.isPresent()) {
            errors.add(
                    first.isPresent()
                            ? named(one) + " is there without " + named(other)
                            : named(other) + " is there without " + named(one));
        }
    }

    /** Reports every key that was not asked for. */
    void finish() {
        unasked.forEach(
                (key, node) ->
                        errors.add(
                                node,
                                "unknown key "
                                        + named(key)
                                        + Suggestion.nearest(key, known)
                                                .map(near -> "; did you mean " + named(near) + "?")
                                                .orElse(
                                                        "; known here: "
                                                                + String.join(", ", known))));
    }
}
