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
    func admit(_ subject: Subject) -> Bool {
        admit(address: subject.address) && admit(method: subject.method)
            && admit(certificate: subject.certificate) && admit(tlsVersion: subject.tlsVersion)
            && admit(listener: subject.listener) && admit(client: subject.clientName)
    }

    /// An address that is not known is in no network, so that a rule about strangers applies.
    func admit(address: NetworkAddress?) -> Bool {
        func isInside(_ network: Network) -> Bool { address.map(network.contains) ?? false }
        return (networks.isEmpty || networks.contains(where: isInside))
            && !exceptNetworks.contains(where: isInside)
    }

    func admit(method: AuthenticationMethod) -> Bool {
        methods.isEmpty || methods.contains(method)
    }

    func admit(certificate: CertificateNames?) -> Bool {
        guard !certificates.isEmpty else { return true }
        return certificate.map { names in certificates.contains { $0.matches(names) } } ?? false
    }

    func admit(tlsVersion: TLSVersion?) -> Bool {
        tlsVersions.isEmpty || tlsVersion.map(tlsVersions.contains) ?? true
    }

    func admit(listener: String) -> Bool { listeners.isEmpty || listeners.contains(listener) }

    func admit(client: String) -> Bool {
        guard !clients.isEmpty else { return true }
        let name = Array(client.utf8).caseFolded
        return clients.contains { Wildcard(Array($0.utf8).caseFolded).matches(name.span) }
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
}
