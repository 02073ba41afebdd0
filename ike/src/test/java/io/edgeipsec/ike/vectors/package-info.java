/** Published test vectors and captured sessions, for the tests of the codec and the crypto. */
@NullMarked
package io.edgeipsec.ike.vectors;

import org.jspecify.annotations.NullMarked;
