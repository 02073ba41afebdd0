/** Keeps the kernel and the IKE engine as the store says; owned by the kernel request thread. */
@NullMarked
package io.edgeipsec.daemon.control;

import org.jspecify.annotations.NullMarked;
