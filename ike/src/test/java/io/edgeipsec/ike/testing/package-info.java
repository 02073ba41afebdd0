/** What the tests of this module share: test vectors, captured messages, seeded randomness. */
@NullMarked
package io.edgeipsec.ike.testing;

import org.jspecify.annotations.NullMarked;
