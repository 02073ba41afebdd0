package io.edgeipsec.daemon.store;

import io.edgeipsec.api.resource.IPSecMultiPathGroup;

/**
 * A multiple-path group, with what its kernel object is known by.
 *
 * @param number 1 to {@link io.edgeipsec.xfrm.kernel.KernelNumbers#MAX_GROUP}, given out when the
 *     group was stored, and never to another: an administrator's routes may still name it
 */
public record MultiPathGroupIntent(IPSecMultiPathGroup group, int number) {}
