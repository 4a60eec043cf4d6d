// What the trail says of the gateway itself: its policy, its configuration, its certificates, its end.
import Audit
import Bytes
import Policy
import Proxy
import TLS

extension Driver {
    /// Stands in the trail before the first decision that this reactor makes by the new policy.
    mutating func recordReload(by requester: Requester) {
        var record = announcement(.policyReload)
        record.reason = "the supervisor was told to read the configuration again (SIGHUP)"
        record.arguments = ShortBytes(requester.words)
        recorder.append(record, at: moment)
    }

    /// The old policy and the old configuration stay in force, although somebody wanted others.
    mutating func record(_ reload: RefusedReload) {
        for event in [Event.policyReload, .configurationReload] {
            var record = announcement(event)
            record.verdict = .deny
            record.reason = reload.phrase
            let detail = reload.detail.isEmpty ? "" : "; \(reload.detail)"
            record.arguments = ShortBytes(reload.requester.words + detail)
            recorder.append(record, at: moment)
        }
    }

    /// Writes which configuration is in force, and the certificates that were not shown before.
    mutating func recordConfiguration(
        replacing previous: Snapshot?,
        _ reason: Phrase,
        by requester: Requester? = nil
    ) {
        var record = announcement(.configurationReload)
        record.reason = reason
        let asked = requester.map { ", \($0.words)" } ?? ""
        record.arguments = ShortBytes("sha256 \(snapshot.revision)\(asked)")
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

    mutating func recordDrain(until end: Instant, by requester: Requester) {
        var record = announcement(.drain)
        record.reason = "the gateway was told to end its sessions"
        let seconds = (end &- min(end, now)) / 1_000_000
        record.arguments = ShortBytes("gateway within \(seconds) s, \(requester.words)")
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
