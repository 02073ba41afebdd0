package io.edgeipsec.ike.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FragmentationPolicyTest {
    private final FragmentationPolicy policy = new FragmentationPolicy(List.of(1280, 900, 576), 2);

    @Test
    void sizesFall() {
        assertEquals(1280, policy.largest());
        assertEquals(576, policy.smallest());
        assertEquals(Optional.of(1280), policy.below(Integer.MAX_VALUE));
        assertEquals(Optional.of(900), policy.below(1280));
        assertEquals(Optional.of(576), policy.below(577));
        assertEquals(Optional.empty(), policy.below(576));
    }

    @Test
    void aSizeThatGotThroughIsNotExceeded() {
        assertEquals(1280, policy.notAbove(1500));
        assertEquals(1280, policy.notAbove(1280));
        assertEquals(900, policy.notAbove(1279));
        assertEquals(576, policy.notAbove(576));
        assertEquals(576, policy.notAbove(100), "nothing smaller is configured");
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        for (List<Integer> sizes :
                List.of(List.of(576, 1280), List.of(576, 576), List.of(576, 159))) {
            assertThrows(IllegalArgumentException.class, () -> new FragmentationPolicy(sizes, 2));
        }
        assertThrows(
                IllegalArgumentException.class, () -> new FragmentationPolicy(List.of(576), 0));
    }

    @Test
    void itCanBeOff() {
        assertTrue(policy.isEnabled());
        assertTrue(IkeSettings.defaults().fragmentation().isEnabled());
        assertFalse(FragmentationPolicy.OFF.isEnabled());
        IkeSettings off = IkeSettings.defaults().withFragmentation(FragmentationPolicy.OFF);
        assertFalse(off.withPorts(1500, 14500).fragmentation().isEnabled());
    }
}
