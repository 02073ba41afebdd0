package io.edgeipsec.api.operation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgeipsec.api.contract.ApiDocument;
import io.edgeipsec.api.contract.ApiOperation;
import io.edgeipsec.api.contract.RequestReader;
import io.edgeipsec.api.contract.SchemaRules;
import io.edgeipsec.api.error.ApiException;
import io.edgeipsec.api.resource.IPSecVPNProfile;
import io.edgeipsec.api.resource.IPSecVPNSession;
import io.edgeipsec.api.resource.JsonTree;
import io.edgeipsec.api.resource.ManagedResource;
import io.edgeipsec.api.resource.ResourceJson;
import io.edgeipsec.api.resource.ResourceKind;
import io.edgeipsec.api.validation.ProfileChecks;
import io.edgeipsec.api.validation.SessionChecks;
import io.edgeipsec.api.validation.Warnings;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * The bodies of PUTs: each is refused with the error for that, or becomes a resource that is
 * written and read again as the same.
 */
public final class BodyFuzzer {
    private static final ApiDocument DOCUMENT = ApiDocument.load(OptionalLong.empty());
    private static final RequestReader READER =
            new RequestReader(DOCUMENT, new SchemaRules(DOCUMENT));
    private static final List<ResourceKind<?>> KINDS =
            List.of(
                    ResourceKind.SESSION,
                    ResourceKind.IKE_PROFILE,
                    ResourceKind.TUNNEL_PROFILE,
                    ResourceKind.DPD_PROFILE);

    private BodyFuzzer() {}

    public static void fuzzerTestOneInput(byte[] data) throws IOException {
        if (data.length == 0) {
            return;
        }
        ResourceKind<?> kind = KINDS.get((data[0] & 0xff) % KINDS.size());
        try {
            check(kind, READER.body(put(kind), Arrays.copyOfRange(data, 1, data.length)));
        } catch (ApiException refused) {
            if (refused.getMessage() == null) {
                throw new AssertionError("refused without a word", refused);
            }
        }
    }

    private static ApiOperation put(ResourceKind<?> kind) {
        String id = "Update" + kind.type().getSimpleName();
        return DOCUMENT.operations().stream()
                .filter(operation -> operation.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static void check(ResourceKind<?> kind, ObjectNode node) throws IOException {
        node.remove(List.of("psk", "ppk"));
        Completion.complete(kind, "8f0c2a5e-1d0e-4b7c-9c55-0d1c7a3e9b10", node);
        ManagedResource resource = ResourceJson.read(kind, node);
        boolean refused =
                resource instanceof IPSecVPNSession session
                        ? !SessionChecks.check(session).isEmpty()
                        : !ProfileChecks.check((IPSecVPNProfile) resource).isEmpty();
        if (!refused) {
            Warnings.of(resource);
            byte[] written = JsonTree.write(ResourceJson.write(resource));
            if (!resource.equals(ResourceJson.read(kind, (ObjectNode) JsonTree.read(written)))) {
                throw new AssertionError("stored as something else: " + resource);
            }
        }
    }
}
