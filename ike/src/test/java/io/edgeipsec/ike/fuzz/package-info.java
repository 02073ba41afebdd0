/** Targets of the fuzzer; see {@code packaging/fuzz}. */
@NullMarked
package io.edgeipsec.ike.fuzz;

import org.jspecify.annotations.NullMarked;
