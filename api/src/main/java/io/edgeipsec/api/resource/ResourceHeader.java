package io.edgeipsec.api.resource;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The part that every stored resource has (NSX {@code ManagedResource}). */
public record ResourceHeader(
        String id,
        String displayName,
        @Nullable String description,
        List<Tag> tags,
        boolean systemOwned,
        Stamp stamp) {

    public ResourceHeader {
        tags = List.copyOf(tags);
    }

    public ResourceHeader withStamp(Stamp newStamp) {
        return new ResourceHeader(id, displayName, description, tags, systemOwned, newStamp);
    }
}
