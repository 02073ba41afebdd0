/** Sessions, time and logs for the tests of more than one package. */
@NullMarked
package io.edgeipsec.daemon.testing;

import org.jspecify.annotations.NullMarked;
