package io.edgeipsec.ike.exchange;

import io.edgeipsec.ike.crypto.KeyExchangeMethod;
import io.edgeipsec.ike.crypto.KeyShare;
import io.edgeipsec.ike.crypto.SecretBytes;
import io.edgeipsec.ike.crypto.SignatureScheme;
import io.edgeipsec.ike.message.Octets;
import io.edgeipsec.ike.model.ChildSaInstallation;
import io.edgeipsec.ike.model.ChildSaLocator;
import io.edgeipsec.ike.model.ChildSaTraffic;
import io.edgeipsec.ike.model.OwnCertificate;
import io.edgeipsec.ike.model.Path;
import io.edgeipsec.ike.model.PeerProof;
import io.edgeipsec.ike.model.PeerRejection;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What is asked of others: key exchanges and signatures, which are slow, and the kernel. Each
 * answer comes in a callback, later and on the same event loop. If the IKE SA closes before, the
 * callback never comes, and what was done is undone.
 */
public interface World {
    void beginKeyExchange(KeyExchangeMethod method, Consumer<KeyShare> then);

    /** Continues with our value and the shared secret, which it then owns. */
    void respondKeyExchange(
            KeyExchangeMethod method,
            Octets peerValue,
            BiConsumer<Octets, SecretBytes> then,
            Consumer<String> invalid);

    /** Closes the share. Continues with the shared secret, which it then owns. */
    void finishKeyExchange(
            KeyShare share, Octets peerValue, Consumer<SecretBytes> then, Consumer<String> invalid);

    /** Continues with the signature, in the form of the scheme. */
    void sign(
            OwnCertificate certificate,
            SignatureScheme scheme,
            Octets octets,
            Consumer<Octets> then,
            Consumer<String> failed);

    void verifyPeer(PeerProof proof, Runnable then, Consumer<PeerRejection> rejected);

    /** Continues with the inbound SPI filled in. */
    void allocateSpi(
            ChildSaLocator wanted, Consumer<ChildSaLocator> then, Consumer<String> refused);

    /** Closes the installation with its keys. */
    void installChildSa(ChildSaInstallation installation, Runnable then, Consumer<String> refused);

    /** Removes both SAs, or an SPI that was only allocated. */
    void removeChildSa(ChildSaLocator locator);

    /**
     * Removes the outbound SA only, and continues when nothing is sent by it any more.
     *
     * @param deletedByPeer whether it has to be at once, though the peer may not yet receive by
     *     what takes its place
     */
    void stopSending(ChildSaLocator locator, boolean deletedByPeer, Runnable then);

    /** Has both SAs of a Child SA go on, as they stand, by another way. */
    void moveChildSa(ChildSaLocator locator, Path path);

    /** Continues with what those of them that are in the kernel have carried so far. */
    void measureTraffic(
            List<ChildSaLocator> childSas,
            Consumer<List<ChildSaTraffic>> then,
            Consumer<String> refused);
}
