/** Benchmarks, one class per question. */
@NullMarked
package io.edgeipsec.bench;

import org.jspecify.annotations.NullMarked;
