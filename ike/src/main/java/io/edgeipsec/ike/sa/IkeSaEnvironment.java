package io.edgeipsec.ike.sa;

import io.edgeipsec.ike.crypto.Primitives;
import io.edgeipsec.ike.crypto.RandomSource;
import io.edgeipsec.ike.model.IkeEffect;
import io.edgeipsec.ike.model.IkeSettings;
import java.util.function.Consumer;

/** What all IKE SAs of an engine share. */
public record IkeSaEnvironment(
        RandomSource random,
        Primitives primitives,
        IkeSettings settings,
        Consumer<IkeEffect> effects,
        IkeSaOwner owner) {}
