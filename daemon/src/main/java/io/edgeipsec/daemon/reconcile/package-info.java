/** From what is stored to what the kernel and the IKE engine are to have: pure functions. */
@NullMarked
package io.edgeipsec.daemon.reconcile;

import org.jspecify.annotations.NullMarked;
