// What the trail says of the gateway itself: its policy, its configuration, its certificates, its end.
import Audit
import Bytes
import Policy
import Proxy
import TLS

extension Driver {
    /// Stands in the trail before the first decision that this reactor makes by the new policy.
    mutating func recordReload(by user: UInt32) {
        var record = announcement(.policyReload)
        record.reason = "the supervisor was told to read the configuration again (SIGHUP)"
        record.arguments = ShortBytes("user ID \(user)")
        recorder.append(record, at: moment)
    }

    /// Writes which configuration is in force, and the certificates that were not shown before.
    mutating func recordConfiguration(replacing previous: Snapshot?, _ reason: Phrase) {
        var record = announcement(.configurationReload)
        record.reason = reason
        record.arguments = ShortBytes("sha256 \(snapshot.revision)")
        recorder.append(record, at: moment)
        for listener in snapshot.listeners {
            let former = previous?.listeners.first { $0.name == listener.name }
            for certificate in listener.certificates
            where former?.certificates.contains(certificate) != true {
                record = announcement(.certificateReload, certificate, at: listener.name)
                record.reason = "the listener shows this certificate from now on"
                recorder.append(record, at: moment)
            }
        }
    }

    mutating func recordDrain(until end: Instant) {
        var record = announcement(.drain)
        record.reason = "the gateway was told to end its sessions"
        let seconds = (end &- min(end, now)) / 1_000_000
        record.arguments = ShortBytes("gateway within \(seconds) s")
        recorder.append(record, at: moment)
    }

    private func announcement(
        _ event: Event,
        _ certificate: PeerCertificate? = nil,
        at listener: String = ""
    ) -> Record {
        var facts = SessionFacts()
        facts.listener = listener
        facts.certificateFingerprint = certificate?.fingerprintSHA256
        facts.certificateSubject = certificate?.subject
        facts.certificateIssuer = certificate?.issuer
        facts.certificateSerial = certificate?.serial
        facts.policyRevision = snapshot.settings.policy.revision
        return Record(event, .event, isDurable: true, session: facts.encoded)
    }
}
