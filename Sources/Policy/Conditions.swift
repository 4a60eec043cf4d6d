// When a rule applies: every condition that is given must hold; an empty list is no condition.

/// The `when` of a rule.
package struct Conditions: Equatable, Sendable {
    package var networks: [Network] = []
    package var exceptNetworks: [Network] = []
    package var methods: Set<AuthenticationMethod> = []
    package var certificates: [CertificateMatch] = []
    package var tlsVersions: Set<TLSVersion> = []
    /// Names of listeners.
    package var listeners: Set<String> = []
    /// What clients call themselves in ID, with `*` for any run of characters, in either case.
    package var clients: [String] = []
    package var hours: Schedule?
    package var exceptHours: Schedule?
    /// The rule begins at this moment, and ends by itself at `until`.
    package var from: UnixTime?
    package var until: UnixTime?

    package init() {}

    /// Whether all that stays the same during a session holds.
    ///
    /// An address that is not known fits no network, so that a rule about strangers applies.
    func admit(_ subject: Subject) -> Bool {
        let isInside = networks.isEmpty || networks.contains { holds($0, subject) }
        return isInside && !exceptNetworks.contains { holds($0, subject) }
            && (methods.isEmpty || methods.contains(subject.method))
            && (certificates.isEmpty || certificates.contains { holds($0, subject) })
            && (tlsVersions.isEmpty || subject.tlsVersion.map(tlsVersions.contains) ?? true)
            && (listeners.isEmpty || listeners.contains(subject.listener))
            && (clients.isEmpty || clients.contains { holds(client: $0, subject) })
    }

    func hold(at time: UnixTime) -> Bool {
        (from ?? .min) <= time && time < (until ?? .max)
            && (hours?.contains(time) ?? true) && !(exceptHours?.contains(time) ?? false)
    }

    /// A moment after `time` before which `hold` does not change; nil when it never will.
    func nextEdge(after time: UnixTime) -> UnixTime? {
        let edges = [
            hours?.nextEdge(after: time), exceptHours?.nextEdge(after: time), from, until,
        ]
        return edges.compactMap { $0 }.filter { $0 > time }.min()
    }

    private func holds(_ network: Network, _ subject: Subject) -> Bool {
        subject.address.map(network.contains) ?? false
    }

    private func holds(_ match: CertificateMatch, _ subject: Subject) -> Bool {
        subject.certificate.map(match.matches) ?? false
    }

    private func holds(client pattern: String, _ subject: Subject) -> Bool {
        let name = Array(subject.clientName.utf8).caseFolded
        return Wildcard(Array(pattern.utf8).caseFolded).matches(name.span)
    }
}
