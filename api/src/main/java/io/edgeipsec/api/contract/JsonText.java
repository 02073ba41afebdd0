package io.edgeipsec.api.contract;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.error.ErrorCode;
import io.edgeipsec.api.resource.JsonTree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/** Reads a request body as JSON, and says where it is not, without repeating what it says. */
public final class JsonText {

    /** The deepest legitimate body, a policy rule's subnet, is five deep. */
    private static final int MAX_DEPTH = 32;

    /** A session of 4096 pairs needs about 25,000; bounds what a hostile megabyte costs. */
    private static final int MAX_TOKENS = 60_000;

    private static final int MAX_NUMBER_LENGTH = 64;
    private static final int MAX_NAME_LENGTH = 256;
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(MAX_DEPTH)
                                    .maxTokenCount(MAX_TOKENS)
                                    .maxNumberLength(MAX_NUMBER_LENGTH)
                                    .maxNameLength(MAX_NAME_LENGTH)
                                    .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    // Names come from callers: a table of them must not grow.
                    .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                    .build();

    private JsonText() {}

    /**
     * The body as a tree.
     *
     * @throws ApiException {@link ErrorCode#MALFORMED_JSON} with line and column
     */
    public static JsonNode parse(byte[] body) {
        String text = decode(body);
        if (text.isBlank()) {
            throw new ApiException(
                    ErrorCode.MALFORMED_JSON,
                    "the request has no body; send the object as JSON with Content-Type:"
                            + " application/json");
        }
        try (JsonParser parser = FACTORY.createParser(text)) {
            JsonNode tree = JsonTree.read(parser);
            checkText(tree, JsonPointer.empty());
            return tree;
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            String where =
                    at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw new ApiException(
                    ErrorCode.MALFORMED_JSON, "the body is not JSON" + where + ": " + reason(e));
        } catch (IOException e) {
            throw new UncheckedIOException("a string could not be read", e);
        }
    }

    private static String decode(byte[] body) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(body);
        CharBuffer out = CharBuffer.allocate(body.length);
        CoderResult result = decoder.decode(in, out, true);
        if (result.isError()) {
            throw new ApiException(
                    ErrorCode.MALFORMED_JSON,
                    "the body is not UTF-8: the octet at offset " + in.position() + " is wrong");
        }
        out.flip();
        if (out.hasRemaining() && out.get(0) == BYTE_ORDER_MARK) {
            out.get();
        }
        return out.toString();
    }

    /**
     * Refuses strings with half a surrogate pair (RFC 8259 §8.2), which JSON can escape and UTF-8
     * cannot say: what is stored must be what was sent.
     */
    private static void checkText(JsonNode node, JsonPointer at) {
        if (node.isTextual() && isBroken(node.textValue())) {
            throw new ApiException(
                    ErrorCode.MALFORMED_JSON,
                    "the string at " + at + " has an unpaired surrogate, which no text has");
        }
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            if (isBroken(member.getKey())) {
                throw new ApiException(
                        ErrorCode.MALFORMED_JSON,
                        "a field's name has an unpaired surrogate, which no text has");
            }
            checkText(member.getValue(), at.appendProperty(member.getKey()));
        }
        if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                checkText(node.get(i), at.appendIndex(i));
            }
        }
    }

    private static boolean isBroken(String text) {
        return !StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    /**
     * What is wrong, in words that cannot contain a part of the body: a parser's own message quotes
     * the token it stumbled over, and that may be a secret whose quotes were forgotten.
     */
    private static String reason(JsonProcessingException e) {
        String message = Optional.ofNullable(e.getOriginalMessage()).orElse("");
        if (e instanceof StreamConstraintsException) {
            if (message.contains("nesting depth")) {
                return "it is nested deeper than " + MAX_DEPTH;
            }
            if (message.contains("Token count")) {
                return "it has more than " + MAX_TOKENS + " tokens";
            }
            return "a name or number is longer than any that is allowed";
        }
        if (message.startsWith("Duplicate field")) {
            return "a field is there twice in one object";
        }
        if (message.startsWith("Unexpected end-of-input")) {
            return "it ends too early";
        }
        if (message.startsWith("Trailing token")) {
            return "something follows the end of the object";
        }
        // Always followed by a constant of the parser, and no token contains a space.
        int expectation = message.lastIndexOf("was expecting ");
        return expectation < 0 ? "unexpected character" : message.substring(expectation);
    }
}
