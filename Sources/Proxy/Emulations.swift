// What the gateway does by itself for a backend that can't, as the administrator decided.
import IMAP

/// The extensions that clients are offered though the backend does not have them.
///
/// What the backend has it does itself, whatever stands here. SPECIAL-USE, STATUS=SIZE, BINARY and
/// SEARCHRES are never emulated: no answer of an older server holds what they tell.
package struct Emulations: Equatable, Sendable {
    /// An old server's poll costs it about as much as a NOOP of a client.
    package static let idleIntervalMin: Duration = .seconds(5)
    /// Servers close a connection that is silent for half an hour (RFC 2177).
    package static let idleIntervalMax: Duration = .seconds(20 * 60)

    /// By a NOOP at every interval.
    package var idle = true
    package var idleInterval: Duration = .seconds(30)
    /// By EXAMINE and CLOSE.
    package var unselect = true
    /// From the delimiter that LIST tells.
    package var namespace = true
    /// By LIST and LSUB.
    package var listExtended = true
    /// By a STATUS for each mailbox that was listed.
    package var listStatus = true
    /// From the numbers of SEARCH.
    package var esearch = true
    /// By COPY, STORE and UID EXPUNGE: not one step but three, so only where it is asked for.
    package var move = false

    package init() {}

    package static let none = all(false)
    static let every = all(true)

    private static func all(_ value: Bool) -> Emulations {
        var emulations = Emulations()
        for path in [
            \Emulations.idle, \.unselect, \.namespace, \.listExtended, \.listStatus,
            \.esearch, \.move,
        ] {
            emulations[keyPath: path] = value
        }
        return emulations
    }

    /// What may be offered on top of what a backend with `capabilities` has.
    func offered(with capabilities: CapabilitySet) -> CapabilitySet {
        var offered = CapabilitySet()
        if idle { offered.insert(.idle) }
        if unselect { offered.insert(.unselect) }
        if namespace { offered.insert(.namespace) }
        if listExtended { offered.insert(.listExtended) }
        if listStatus && (listExtended || capabilities.contains(.listExtended)) {
            offered.insert(.listStatus)
        }
        if esearch { offered.insert(.esearch) }
        // Without UID EXPUNGE others' deleted messages would go, too.
        if move && capabilities.contains(.uidPlus) { offered.insert(.move) }
        return offered.subtracting(capabilities)
    }
}
